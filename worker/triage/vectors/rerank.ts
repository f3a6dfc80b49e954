import type { SparseFeatures } from "../embedders/embedder";

/**
 * The cosine of two reports over their sparse features, without the noise of hashing into few dimensions. 0 when either
 * has none. Linear in the number of features.
 */
export function sparseCosine(a: SparseFeatures, b: SparseFeatures): number {
  let shared = 0;
  let i = 0;
  let j = 0;
  while (i < a.keys.length && j < b.keys.length) {
    const left = a.keys[i]!;
    const right = b.keys[j]!;
    if (left === right) shared += a.weights[i]! * b.weights[j]!;
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return shared;
}

/**
 * Puts candidates in the order of their sparse cosine with `query`, which sees what hashing has blurred. Ties keep their
 * order; a candidate without features goes last.
 */
export function rerank<Candidate extends { features?: SparseFeatures | null }>(
  query: SparseFeatures,
  candidates: readonly Candidate[],
): Candidate[] {
  return candidates
    .map((candidate) => {
      const { features } = candidate;
      return { candidate, score: features ? sparseCosine(query, features) : -1 };
    })
    .sort((x, y) => y.score - x.score)
    .map(({ candidate }) => candidate);
}
