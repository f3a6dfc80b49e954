/** Quality of a grouping against labels. All are between 0 and 1, but ARI, which may be below 0. */
export type Scores = { precision: number; recall: number; f1: number; ari: number };

/**
 * Pairwise precision, recall and F1, and the adjusted Rand index (Hubert and Arabie 1985). `predicted` and `truth` name
 * each item's group. A measure whose denominator is 0 is 1: nothing was to find, and nothing was found.
 */
export function pairwiseScores(predicted: readonly string[], truth: readonly string[]): Scores {
  const both = pairs(predicted.map((label, i) => JSON.stringify([label, truth[i]])));
  const found = pairs(predicted);
  const real = pairs(truth);
  const all = (truth.length * (truth.length - 1)) / 2;
  const expected = all > 0 ? (found * real) / all : 0;
  const spread = (found + real) / 2 - expected;
  return {
    precision: ratio(both, found),
    recall: ratio(both, real),
    f1: ratio(2 * both, found + real),
    ari: ratio(both - expected, spread),
  };
}

/** The share of reports with a duplicate that have one among their first k neighbours. */
export function hitRate(
  neighbours: ReadonlyMap<string, readonly string[]>,
  groupOf: ReadonlyMap<string, string>,
  k: number,
): number {
  const sizes = counts([...groupOf.values()]);
  const asked = [...groupOf].filter(([, group]) => sizes.get(group)! > 1);
  const hits = asked.filter(([id, group]) =>
    (neighbours.get(id) ?? []).slice(0, k).some((other) => groupOf.get(other) === group),
  );
  return ratio(hits.length, asked.length);
}

function pairs(labels: readonly string[]): number {
  let sum = 0;
  for (const size of counts(labels).values()) sum += (size * (size - 1)) / 2;
  return sum;
}

function counts(labels: readonly string[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return sizes;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
