import { finish, type Steps } from "../kit/turns";
import { GreyGroups, type GreyLink } from "./grey-groups";
import type { GreyProblem, Question } from "./grey-problem";
import { fromRaw } from "./threshold";

/** How the third tier decided about a group. */
export type GreyDecision = { tier: "rerank" | "model"; reason: string };

/**
 * `labels` as before, but with groups joined. `decisions` are by the label that an item had before: why its group was
 * joined, or why it was not although its vectors alone would have. `questions` tells what no verdict is known about, most
 * similar first.
 */
export type GreyOutcome = {
  labels: number[];
  decisions: Map<number, GreyDecision>;
  questions(): Question[];
};

/**
 * The third tier. Groups whose mean similarity lies in the grey zone around the line are joined or kept apart by a judge's
 * verdict on two of their reports where there is one; else by their stored sparse features, which see what hashing into few
 * dimensions has blurred: the mean of both similarities counts, and the time between the reports (`nearness-in-time.ts`); where a text names the crash of the other group, that one pair
 * counts, since most people do not quote; else by the vectors as they are. It goes on as
 * average linkage does: the best pair first, and what was joined is compared as one. Pure.
 */
export function settleGreyZone(problem: GreyProblem): GreyOutcome {
  return finish(greyZoneSteps(problem));
}

/** The same in small steps. */
export function* greyZoneSteps(problem: GreyProblem): Steps<GreyOutcome> {
  const groups = new GreyGroups(problem);
  yield* groups.linkAll();
  const decisions = new Map<number, GreyDecision>();
  for (let best = groups.best(); best; best = groups.best()) {
    const decision = decisionOf(problem, best);
    if (decision) {
      for (const group of [best.a, best.b]) {
        for (const label of group.labels) if (!decisions.has(label)) decisions.set(label, decision);
      }
    }
    yield* groups.join(best);
  }
  const refused = groups
    .links()
    .filter(({ dense }) => dense > problem.line)
    .sort((x, y) => y.dense - x.dense || firstOf(x) - firstOf(y) || lastOf(x) - lastOf(y));
  for (const link of refused) {
    const decision = decisionOf(problem, link);
    for (const label of decision ? [...link.a.labels, ...link.b.labels] : []) {
      if (!decisions.has(label)) decisions.set(label, decision!);
    }
  }
  return { labels: groups.labels(), decisions, questions: () => groups.questions() };
}

function firstOf({ a, b }: GreyLink): number {
  return Math.min(a.first, b.first);
}

function lastOf({ a, b }: GreyLink): number {
  return Math.max(a.first, b.first);
}

/** In words, when something other than the vectors has decided. */
function decisionOf(problem: GreyProblem, link: GreyLink): GreyDecision | null {
  if (link.verdict) return { tier: "model", reason: link.verdict.reason };
  if (link.quoted) {
    return { tier: "rerank", reason: "A text among them names this crash." };
  }
  const apart = link.gap === null ? "" : ` They came ${inWords(link.gap)} apart.`;
  if (link.sparse === null) {
    if (apart === "") return null;
    return {
      tier: "rerank",
      reason: `The vectors say ${fromRaw(link.dense, problem.anchor).toFixed(2)}.${apart}`,
    };
  }
  const said = (raw: number): string => fromRaw(raw, problem.anchor).toFixed(2);
  const reason = `Shared words and frames say ${said(link.sparse)}, the vectors ${said(link.dense)}.${apart}`;
  return { tier: "rerank", reason };
}

function inWords(gapMs: number): string {
  const days = Math.round(gapMs / 86_400_000);
  if (days < 1) return "less than a day";
  return days === 1 ? "a day" : `${days} days`;
}
