/** A near vector by the id of its report, with the raw cosine. */
export type NearItem = { feedbackId: string; cosine: number };

/**
 * A search index over a project's vectors of one embedder. Derived data: the object's SQLite is the record. A write may
 * become visible late, so callers look at their own recent vectors first. Throws `ForeignError`.
 */
export type VectorIndex = {
  upsert(items: { feedbackId: string; vector: Float32Array }[]): Promise<void>;
  query(vector: Float32Array, limit: number): Promise<NearItem[]>;
  remove(feedbackIds: string[]): Promise<void>;
};
