import type { Steps } from "../../kit/turns";
import { dot } from "../vectors/dot";
import type { ClusteringProblem } from "./strategy";

/** A cluster of one pass. `sum` adds up its vectors times their weights, `lengths` the vectors' lengths. */
export type GreedyCluster = {
  first: number;
  weight: number;
  lengths: number;
  sum: Float64Array | null;
  anchor: number | null;
  conflicts: Set<number>;
};

/** How like a cluster is to an earlier one; `pairs` are the dot products of the pairs between the two that have an edge. */
export type Likeness = (
  cluster: GreedyCluster,
  earlier: GreedyCluster,
  pairs: readonly number[],
) => number;

/** Multiply-adds of one comparison, about. */
const LIKENESS_WORK = 2_000;

/**
 * One pass in the order of the items: each starting cluster (an item, or a block) joins the most similar earlier one when
 * that is above the threshold, else it stays. What was joined is never looked at again, so the answer depends on the order.
 * Candidates are the earlier clusters that some edge leads to. O(E) candidates, one `likeness` for each. Yields its work.
 */
export function* joinGreedily(problem: ClusteringProblem, likeness: Likeness): Steps<number[]> {
  const { labels, clusters } = startingClusters(problem);
  const parents = labels.map((label) => label);
  const rootOf = (i: number): number => {
    let root = i;
    while (parents[root] !== root) root = parents[root]!;
    return root;
  };
  const between = edgesByCluster(problem, labels);
  for (let first = 0; first < clusters.length; first++) {
    const own = clusters[first];
    const pairs = between.get(first);
    if (!own || !pairs) continue;
    yield pairs.length * LIKENESS_WORK;
    const candidates = new Map<number, number[]>();
    for (const [other, similarity] of pairs) {
      const root = rootOf(other);
      if (root < first) candidates.set(root, [...(candidates.get(root) ?? []), similarity]);
    }
    const best = mostSimilar(own, candidates, clusters, likeness);
    if (!best || best.similarity <= problem.threshold) continue;
    absorb(best.cluster, own, clusters);
    parents[first] = best.cluster.first;
  }
  return labels.map(rootOf);
}

function mostSimilar(
  own: GreedyCluster,
  candidates: ReadonlyMap<number, readonly number[]>,
  clusters: readonly (GreedyCluster | null)[],
  likeness: Likeness,
): { cluster: GreedyCluster; similarity: number } | null {
  let best: { cluster: GreedyCluster; similarity: number } | null = null;
  for (const [root, pairs] of [...candidates].sort(([x], [y]) => x - y)) {
    const cluster = clusters[root]!;
    if (!mayMeet(cluster, own)) continue;
    const similarity = likeness(own, cluster, pairs);
    if (!best || similarity > best.similarity) best = { cluster, similarity };
  }
  return best;
}

/** For each starting cluster the edges to smaller ones, with the dot product of the pair. */
function edgesByCluster(
  problem: ClusteringProblem,
  labels: readonly number[],
): Map<number, [number, number][]> {
  const between = new Map<number, [number, number][]>();
  for (const [i, j] of problem.edges) {
    const [low, high] = labels[i]! < labels[j]! ? [i, j] : [j, i];
    if (labels[low] === labels[high]) continue;
    const list = between.get(labels[high]!) ?? [];
    list.push([labels[low]!, similarityOf(problem, low, high)]);
    between.set(labels[high]!, list);
  }
  return between;
}

function similarityOf({ vectors }: ClusteringProblem, i: number, j: number): number {
  const [a, b] = [vectors[i], vectors[j]];
  return a && b ? dot(a, b) : -Infinity;
}

/** The clusters before the pass, by their first item: items of one block together, each other alone. */
function startingClusters({ vectors, weights, blocks, anchors, conflicts }: ClusteringProblem) {
  const firstOfBlock = new Map<number, number>();
  const labels = blocks.map((block, i) => {
    const first = block < 0 ? i : (firstOfBlock.get(block) ?? i);
    if (block >= 0) firstOfBlock.set(block, first);
    return first;
  });
  const clusters: (GreedyCluster | null)[] = vectors.map(() => null);
  labels.forEach((first, i) => {
    const vector = vectors[i];
    const weight = weights[i]!;
    const item: GreedyCluster = {
      first: i,
      weight: vector ? weight : 0,
      lengths: vector ? weight * Math.sqrt(dot(vector, vector)) : 0,
      sum: vector ? Float64Array.from(vector, (value) => value * weight) : null,
      anchor: anchors[i] ?? null,
      conflicts: new Set(),
    };
    if (clusters[first]) absorb(clusters[first], item, clusters);
    else clusters[first] = item;
  });
  for (const [i, j] of conflicts) {
    clusters[labels[i]!]!.conflicts.add(labels[j]!);
    clusters[labels[j]!]!.conflicts.add(labels[i]!);
  }
  return { labels, clusters };
}

function mayMeet(a: GreedyCluster, b: GreedyCluster): boolean {
  if (a.anchor !== null && b.anchor !== null && a.anchor !== b.anchor) return false;
  return !a.conflicts.has(b.first);
}

/** Moves everything of `b` into `a` and forgets `b`. */
function absorb(a: GreedyCluster, b: GreedyCluster, clusters: (GreedyCluster | null)[]): void {
  if (clusters[b.first] === b) clusters[b.first] = null;
  a.weight += b.weight;
  a.lengths += b.lengths;
  a.anchor ??= b.anchor;
  if (!a.sum) a.sum = b.sum;
  else if (b.sum) for (let i = 0; i < a.sum.length; i++) a.sum[i] = a.sum[i]! + b.sum[i]!;
  for (const enemy of b.conflicts) {
    const other = clusters[enemy];
    other?.conflicts.delete(b.first);
    other?.conflicts.add(a.first);
    a.conflicts.add(enemy);
  }
}
