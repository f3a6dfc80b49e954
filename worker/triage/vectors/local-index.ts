import { dot } from "./dot";
import type { NearItem, VectorIndex } from "./vector-index";

/** The exact index: every vector is looked at. O(n d) a query, about 1 ms per 1,000 vectors. */
export class LocalIndex implements VectorIndex {
  private readonly vectors = new Map<string, Float32Array>();

  get size(): number {
    return this.vectors.size;
  }

  async upsert(items: { feedbackId: string; vector: Float32Array }[]): Promise<void> {
    for (const { feedbackId, vector } of items) this.vectors.set(feedbackId, vector);
  }

  async query(vector: Float32Array, limit: number): Promise<NearItem[]> {
    return this.above(vector, -1).slice(0, limit);
  }

  async remove(feedbackIds: string[]): Promise<void> {
    for (const id of feedbackIds) this.vectors.delete(id);
  }

  /** All vectors whose cosine is above `line`, best first. */
  above(vector: Float32Array, line: number): NearItem[] {
    const near: NearItem[] = [];
    for (const [feedbackId, other] of this.vectors) {
      const cosine = dot(vector, other);
      if (cosine > line) near.push({ feedbackId, cosine });
    }
    return near.sort((x, y) => y.cosine - x.cosine || (x.feedbackId < y.feedbackId ? -1 : 1));
  }
}
