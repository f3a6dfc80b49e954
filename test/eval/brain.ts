import { assign } from "../../worker/triage/assign";
import type {
  AssignCluster,
  AssignItem,
  AssignResult,
  SimilarPair,
} from "../../worker/triage/assignment";
import type { Embedding } from "../../worker/triage/embedders/embedder";
import type { Strategy } from "../../worker/triage/strategies/strategy";
import type { Anchors } from "../../worker/triage/embedders/embedder";
import { pairLine } from "../../worker/triage/threshold";
import { dot } from "../../worker/triage/vectors/dot";
import { touchedItems } from "./touched-items";

export type BrainSettings = { threshold: number; anchors: Anchors; strategy: Strategy };

/**
 * A project's grouping in memory, over the product's own `assign`: what the Durable Object does with SQL. `place` may be
 * called with one report at a time (incremental) or with all (batch).
 */
export class MemoryBrain {
  private readonly items = new Map<string, AssignItem>();
  private readonly clusters = new Map<string, AssignCluster>();
  private readonly members = new Map<string, Set<string>>();
  private readonly similar = new Map<string, SimilarPair[]>();
  private turn = 0;

  constructor(private readonly settings: BrainSettings) {}

  place(embeddings: readonly Embedding[]): AssignResult {
    this.turn += 1;
    for (const embedding of embeddings) this.add(embedding);
    const touched = touchedItems(
      embeddings.map(({ id }) => id),
      {
        similarTo: (id) => this.similar.get(id)!.map(({ a, b }) => (a === id ? b : a)),
        boundTo: () => [],
        clusterOf: (id) => this.items.get(id)!.clusterId,
        isFrozen: (id) => this.clusters.get(id)!.frozen,
        membersOf: (id) => this.members.get(id)!,
      },
    );
    const items = [...touched].map((id) => this.items.get(id)!);
    const named = new Set(items.flatMap(({ clusterId }) => clusterId ?? []));
    const result = assign({
      items,
      clusters: [...named].map((id) => this.clusters.get(id)!),
      pairs: items.flatMap(({ id }) => this.similar.get(id)!.filter(({ a }) => a === id)),
      cannotLink: [],
      mustLink: [],
      ...this.settings,
    });
    this.apply(result);
    return result;
  }

  /** The cluster of each report. */
  labels(): Map<string, string> {
    return new Map([...this.items].map(([id, item]) => [id, item.clusterId!]));
  }

  private add({ id, vector, stackShare }: Embedding): void {
    const pairs: SimilarPair[] = [];
    this.similar.set(id, pairs);
    for (const other of this.items.values()) {
      if (!vector || !other.vector) continue;
      const cosine = dot(vector, other.vector);
      const { threshold, anchors } = this.settings;
      if (cosine <= pairLine(threshold, [stackShare, other.stackShare], anchors) - 1e-6) continue;
      const pair = { a: id, b: other.id, cosine };
      pairs.push(pair);
      this.similar.get(other.id)!.push(pair);
    }
    this.items.set(id, { id, vector, stackShare, fingerprint: null, clusterId: null });
  }

  private apply({ decisions, merges }: AssignResult): void {
    for (const { feedbackId, target, previousClusterId } of decisions) {
      const clusterId =
        "clusterId" in target ? target.clusterId : `${target.seedItemId}:${this.turn}`;
      if (!this.clusters.has(clusterId)) {
        this.clusters.set(clusterId, {
          id: clusterId,
          frozen: false,
          createdAt: this.turn,
        });
        this.members.set(clusterId, new Set());
      }
      if (previousClusterId !== null) this.members.get(previousClusterId)!.delete(feedbackId);
      this.members.get(clusterId)!.add(feedbackId);
      this.items.set(feedbackId, { ...this.items.get(feedbackId)!, clusterId });
    }
    for (const { clusterId } of merges) {
      this.clusters.delete(clusterId);
      this.members.delete(clusterId);
    }
  }
}
