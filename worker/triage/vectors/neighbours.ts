import { dot } from "./dot";

/** A vector that was found near another: its place in the list, and the dot product. */
export type Near = { index: number; similarity: number };

/**
 * The `limit` vectors with the highest dot product with `query`, best first, earlier ones first on a tie. `null` entries and the
 * place `self` are passed over. O(n d).
 */
export function nearest(
  query: Float32Array,
  vectors: readonly (Float32Array | null)[],
  limit: number,
  self = -1,
): Near[] {
  const best: Near[] = [];
  for (let index = 0; index < vectors.length; index++) {
    const vector = vectors[index];
    if (!vector || index === self) continue;
    const similarity = dot(query, vector);
    if (best.length === limit && similarity <= best[limit - 1]!.similarity) continue;
    let at = best.length < limit ? best.length : limit - 1;
    while (at > 0 && best[at - 1]!.similarity < similarity) {
      best[at] = best[at - 1]!;
      at -= 1;
    }
    best[at] = { index, similarity };
  }
  return best;
}
