import { nearnessInTime } from "../nearness-in-time";
import type { SparseFeatures } from "../embedders/embedder";

/**
 * The cosine of two reports over their sparse features, without the noise of hashing into few dimensions. 0 when either
 * has none. Linear in the number of features.
 */
export function sparseCosine(a: SparseFeatures, b: SparseFeatures): number {
  return sparseDot(a, b);
}

/** The dot product of two lists of weights by ascending key. */
export function sparseDot(a: Weighted, b: Weighted): number {
  const [left, right] = [a.keys, b.keys];
  let shared = 0;
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const x = left[i]!;
    const y = right[j]!;
    if (x === y) shared += a.weights[i]! * b.weights[j]!;
    i += x <= y ? 1 : 0;
    j += y <= x ? 1 : 0;
  }
  return shared;
}

type Weighted = { keys: Uint32Array; weights: Float32Array | Float64Array };

/** In an order of neighbours the words come first: a report of today is near everything of today. */
const TIME_COUNTS = 0.5;

/** What the second look knows of a report. `createdAt`: epoch milliseconds; null: not known. */
export type Remembered = { features?: SparseFeatures | null; createdAt?: number | null };

/** Candidates that are looked at a second time. */
export const LOOKED_AT = 100;

/**
 * The order in which neighbours are shown, in the ledger and in every measure: of candidates with the nearest by vector first, the
 * first `LOOKED_AT`, by their sparse cosine with `query`, which sees what hashing has blurred, and by how near in time they
 * came. Ties keep their order; a candidate without features goes last, and without features of `query` the order stays.
 */
export function rerank<Candidate extends Remembered>(
  query: Remembered,
  candidates: readonly Candidate[],
): Candidate[] {
  const looked = candidates.slice(0, LOOKED_AT);
  if (!query.features) return looked;
  return looked
    .map((candidate) => ({ candidate, score: scoreOf(query, candidate) }))
    .sort((x, y) => (x.score === y.score ? 0 : y.score - x.score))
    .map(({ candidate }) => candidate);
}

function scoreOf(query: Remembered, { features, createdAt }: Remembered): number {
  if (!query.features || !features) return -Infinity;
  const [a, b] = [query.createdAt ?? null, createdAt ?? null];
  const gap = a === null || b === null ? null : Math.abs(a - b);
  return sparseCosine(query.features, features) + TIME_COUNTS * nearnessInTime(gap, 0);
}
