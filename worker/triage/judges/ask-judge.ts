import { logFailure } from "../../kit/log";
import type { Question, Verdict } from "../grey-problem";
import type { Judge, JudgedReport } from "./judge";

/** Questions of one batch, the most similar pairs first: a few seconds and a few tenths of a cent at most. */
export const QUESTIONS_LIMIT = 8;

export type AskDeps = {
  judge: Judge;
  /** The reports by id; those that are gone are missing. */
  reports(ids: string[]): Promise<ReadonlyMap<string, JudgedReport>>;
  reserve(microUsd: number): Promise<{ granted: boolean }>;
  settle(differenceMicroUsd: number): Promise<void>;
};

/**
 * Asks the judge about pairs in the grey zone, as many as the day's budget allows. A refused reservation or a failed call
 * leaves its pair unanswered: the vectors decide then. Never throws for the judge's failure.
 */
export async function askJudge(deps: AskDeps, questions: readonly Question[]): Promise<Verdict[]> {
  const asked = questions.slice(0, QUESTIONS_LIMIT);
  const reports = await deps.reports(asked.flatMap(({ a, b }) => [a, b]));
  const answers = await Promise.all(asked.map((question) => askOne(deps, question, reports)));
  return answers.filter((verdict) => verdict !== null);
}

async function askOne(
  deps: AskDeps,
  { a, b }: Question,
  reports: ReadonlyMap<string, JudgedReport>,
): Promise<Verdict | null> {
  const pair = [reports.get(a), reports.get(b)] as const;
  if (!pair[0] || !pair[1]) return null;
  const known = [pair[0], pair[1]] as const;
  const estimate = deps.judge.estimateMicroUsd(known);
  if (!(await deps.reserve(estimate)).granted) return null;
  try {
    const { same, reason, microUsd } = await deps.judge.judge(known);
    await deps.settle(microUsd - estimate);
    return { a, b, same, reason };
  } catch (error) {
    // What a failed call has cost is not known: the reservation stays spent.
    logFailure("judge_failed", error);
    return null;
  }
}
