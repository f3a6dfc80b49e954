import type { Candidate } from "./merge-queue";
import type { ClusteringProblem } from "./strategy";

/**
 * A cluster while clusters are being joined. `first` is its smallest item and its name. `sum` is the sum of its vectors
 * times their weights, `null` when no item has a vector; `weight` counts the reports in that sum. `links` leads to the
 * neighbours above the threshold, with the total of all dot products between the two. `offered` is its valid entry in the
 * queue.
 */
export type LinkedCluster = {
  first: number;
  weight: number;
  sum: Float32Array | Float64Array | null;
  anchor: number | null;
  conflicts: Set<number>;
  links: Map<number, number>;
  offered: Candidate | null;
};

/** Clusters by `first`; `null` where an item is not the first of its cluster. */
export type Clusters = (LinkedCluster | null)[];

/** The clusters before the first merge, named by `first`, and each item's label. */
export function startingClusters(problem: ClusteringProblem): {
  labels: number[];
  clusters: Clusters;
} {
  const { vectors, weights, blocks, anchors } = problem;
  const labels: number[] = [];
  const clusters: Clusters = vectors.map(() => null);
  const firstOfBlock = new Map<number, number>();
  for (let i = 0; i < vectors.length; i++) {
    const block = blocks[i]!;
    const first = block < 0 ? i : (firstOfBlock.get(block) ?? i);
    if (block >= 0) firstOfBlock.set(block, first);
    labels.push(first);
    const item = single(i, vectors[i]!, weights[i]!, anchors[i]!);
    const known = clusters[first];
    if (known) absorb(known, item, clusters);
    else clusters[first] = item;
  }
  for (const [i, j] of problem.conflicts) {
    clusters[labels[i]!]!.conflicts.add(labels[j]!);
    clusters[labels[j]!]!.conflicts.add(labels[i]!);
  }
  return { labels, clusters };
}

/** Weight 1 shares the item's own vector: a copy is made only on the first merge. */
function single(
  first: number,
  vector: Float32Array | null,
  weight: number,
  anchor: number | null,
): LinkedCluster {
  return {
    first,
    weight: vector ? weight : 0,
    sum: vector && weight !== 1 ? Float64Array.from(vector, (value) => value * weight) : vector,
    anchor,
    conflicts: new Set(),
    links: new Map(),
    offered: null,
  };
}

/** Whether no anchor and no conflict stands between two clusters. */
export function mayMeet(a: LinkedCluster, b: LinkedCluster): boolean {
  if (a.anchor !== null && b.anchor !== null && a.anchor !== b.anchor) return false;
  return !a.conflicts.has(b.first);
}

/** Moves everything of `b` but its links into `a` and forgets `b`. */
export function absorb(a: LinkedCluster, b: LinkedCluster, clusters: Clusters): void {
  clusters[b.first] = null;
  a.sum = added(a.sum, b.sum);
  a.weight += b.weight;
  a.anchor ??= b.anchor;
  for (const enemy of b.conflicts) {
    const other = clusters[enemy];
    other?.conflicts.delete(b.first);
    other?.conflicts.add(a.first);
    a.conflicts.add(enemy);
  }
}

/** Adds in place once the first operand is a sum of its own (float64). */
function added(a: LinkedCluster["sum"], b: LinkedCluster["sum"]): LinkedCluster["sum"] {
  if (!a || !b) return a ?? b;
  const sum = a instanceof Float64Array ? a : Float64Array.from(a);
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + b[i]!;
  return sum;
}
