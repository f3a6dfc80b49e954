import type { SimilarPair } from "../../worker/triage/assignment";
import type { Verdict } from "../../worker/triage/grey-problem";
import type { StoredVector, VectorTables } from "../../worker/triage/vector-tables";

/** The object's vectors and pairs in memory, as `sqlite-vectors.ts` keeps them in SQLite. */
export class MemoryTables implements VectorTables {
  private readonly vectors = new Map<string, StoredVector>();
  private readonly pairs = new Map<string, Map<string, SimilarPair>>();

  saveEmbedded(vectors: StoredVector[], edges: SimilarPair[]): void {
    this.forget(vectors.map((one) => one.feedbackId));
    for (const one of vectors) {
      this.vectors.set(one.feedbackId, one);
      this.pairs.set(one.feedbackId, new Map());
    }
    for (const edge of edges) {
      this.pairs.get(edge.a)?.set(edge.b, edge);
      this.pairs.get(edge.b)?.set(edge.a, edge);
    }
  }

  vectorsOf(ids: string[]): StoredVector[] {
    return ids.flatMap((id) => this.vectors.get(id) ?? []);
  }

  vectorPages(): StoredVector[][] {
    return [[...this.vectors.values()]];
  }

  edgesOf(ids: string[]): SimilarPair[] {
    const found = new Set<SimilarPair>();
    for (const id of ids) for (const pair of this.pairs.get(id)?.values() ?? []) found.add(pair);
    return [...found];
  }

  edgesAmong(ids: string[]): SimilarPair[] {
    const among = new Set(ids);
    const from = (id: string) => [...(this.pairs.get(id)?.entries() ?? [])];
    return ids.flatMap((id) =>
      from(id).flatMap(([other, pair]) => (id < other && among.has(other) ? pair : [])),
    );
  }

  verdictsAmong(): Verdict[] {
    return [];
  }

  forget(ids: string[]): void {
    for (const id of ids) {
      for (const other of this.pairs.get(id)?.keys() ?? []) this.pairs.get(other)?.delete(id);
      this.pairs.delete(id);
      this.vectors.delete(id);
    }
  }
}
