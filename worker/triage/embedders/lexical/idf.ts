/** Document counts live in this many buckets; a feature's bucket is its key modulo this number. */
export const IDF_BUCKETS = 65_536;

/**
 * A prior of so many reports that had none of the features: a new project's first words are then weighed as in an old one, and
 * the threshold means the same from the first day.
 */
const PRIOR_DOCUMENTS = 1000;

/**
 * Inverse document frequencies learnt as reports arrive. The caller owns and persists the table, one per project and
 * embedder version; vectors made with an earlier state are never recomputed.
 */
export type IdfTable = { documents: number; buckets: Uint32Array };

/** A table that has seen nothing. */
export function emptyIdfTable(): IdfTable {
  return { documents: 0, buckets: new Uint32Array(IDF_BUCKETS) };
}

/** Counts one report by the keys of its features: each bucket at most once. Changes the table in place. */
export function learn(table: IdfTable, keys: Iterable<number>): void {
  const seen = new Set<number>();
  for (const key of keys) seen.add(key % IDF_BUCKETS);
  if (seen.size === 0) return;
  table.documents += 1;
  for (const bucket of seen) table.buckets[bucket] = table.buckets[bucket]! + 1;
}

/** `ln((N + P + 1) / (df + 1))` with P the prior: lower, the more reports have the feature. Above 0. */
export function inverseFrequency(table: IdfTable, key: number): number {
  const df = table.buckets[key % IDF_BUCKETS]!;
  return Math.log((table.documents + PRIOR_DOCUMENTS + 1) / (Math.min(df, table.documents) + 1));
}
