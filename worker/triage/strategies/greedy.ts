import { dot } from "../vectors/dot";
import { absorb, mayMeet, startingClusters, type LinkedCluster } from "./linked-cluster";
import type { ClusteringProblem } from "./strategy";

/** How like a cluster is to an earlier one; `pairs` are the dot products of the pairs between the two that have an edge. */
export type Likeness = (
  cluster: LinkedCluster,
  earlier: LinkedCluster,
  pairs: readonly number[],
) => number;

/**
 * One pass in the order of the items: each starting cluster (an item, or a block) joins the most similar earlier one when
 * that is above the threshold, else it stays. What was joined is never looked at again, so the answer depends on the order.
 * Candidates are the earlier clusters that some edge leads to. O(E) candidates, one `likeness` for each.
 */
export function joinGreedily(problem: ClusteringProblem, likeness: Likeness): number[] {
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
  own: LinkedCluster,
  candidates: ReadonlyMap<number, readonly number[]>,
  clusters: readonly (LinkedCluster | null)[],
  likeness: Likeness,
): { cluster: LinkedCluster; similarity: number } | null {
  let best: { cluster: LinkedCluster; similarity: number } | null = null;
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
