import type { Contradiction, HumanScore } from "../domain/replay";
import type { PersonLinks } from "./person-links";

/** Of one part of a project at most so many reports are paired. */
const MOST_PAIRED = 400;
const SHOWN_CONTRADICTIONS = 50;

export const NO_SCORE: HumanScore = {
  together_kept: 0,
  together_parted: 0,
  apart_kept: 0,
  apart_joined: 0,
  contradictions: [],
};

/**
 * Compares what the machine would do by itself (`groupOf`) with what persons said, pair by pair; pairs of which both are in
 * `counted` were looked at before. Pure.
 */
export function scoreWords(
  ids: readonly string[],
  groupOf: (id: string) => string | undefined,
  links: PersonLinks,
  counted: ReadonlySet<string>,
): HumanScore {
  const told = evenly(ids.filter((id) => links.has(id)));
  const score: HumanScore = { ...NO_SCORE, contradictions: [] };
  const broken = new Map<string, Contradiction>();
  for (const [i, a] of told.entries()) {
    for (const b of told.slice(i + 1)) {
      const held = counted.has(a) && counted.has(b) ? null : links.between(a, b);
      if (!held) continue;
      const together = groupOf(a) === groupOf(b);
      if (held.kind === "must") score[together ? "together_kept" : "together_parted"] += 1;
      else score[together ? "apart_joined" : "apart_kept"] += 1;
      if (together === (held.kind === "must")) continue;
      const key = `${held.operationId} ${held.kind}`;
      const known = broken.get(key);
      if (known) known.pairs += 1;
      else {
        const example = { feedback_id: a, other_id: b };
        broken.set(key, { operation_id: held.operationId, kind: held.kind, pairs: 1, example });
      }
    }
  }
  return { ...score, contradictions: shown([...broken.values()]) };
}

/** Two parts of a project together. */
export function addScores(one: HumanScore, other: HumanScore): HumanScore {
  const byWord = new Map<string, Contradiction>();
  for (const said of [...one.contradictions, ...other.contradictions]) {
    const key = `${said.operation_id} ${said.kind}`;
    const known = byWord.get(key);
    byWord.set(key, known ? { ...known, pairs: known.pairs + said.pairs } : said);
  }
  return {
    together_kept: one.together_kept + other.together_kept,
    together_parted: one.together_parted + other.together_parted,
    apart_kept: one.apart_kept + other.apart_kept,
    apart_joined: one.apart_joined + other.apart_joined,
    contradictions: shown([...byWord.values()]),
  };
}

/** Of the pairs that the machine joins, the share that persons joined; and of those that persons joined, its share. Null: no such pair. */
export function precisionAndRecall(score: HumanScore): {
  precision: number | null;
  recall: number | null;
} {
  const { together_kept: right, together_parted: missed, apart_joined: wrong } = score;
  const share = (whole: number) => (whole === 0 ? null : Math.round((1000 * right) / whole) / 1000);
  return { precision: share(right + wrong), recall: share(right + missed) };
}

function shown(all: Contradiction[]): Contradiction[] {
  return all.sort((x, y) => y.pairs - x.pairs).slice(0, SHOWN_CONTRADICTIONS);
}

function evenly(ids: readonly string[]): string[] {
  const step = Math.max(1, ids.length / MOST_PAIRED);
  return Array.from(
    { length: Math.min(MOST_PAIRED, ids.length) },
    (_, i) => ids[Math.floor(i * step)]!,
  );
}
