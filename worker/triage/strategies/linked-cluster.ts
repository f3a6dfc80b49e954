import type { ClusterSums, Summed } from "./cluster-sums";
import { earlier, type Nearness } from "./offers";
import type { ClusteringProblem } from "./strategy";

/**
 * A cluster while clusters are being joined. `first` is its smallest item and its name. `members` are its items that have
 * a vector; `weight` counts their reports. `rest`: of the pairs above the threshold that have no link, those on this cluster's account
 * do not come before it; `null`: there are none.
 */
export type LinkedCluster = Summed & {
  first: number;
  weight: number;
  anchor: number | null;
  conflicts: Set<number> | null;
  rest: Nearness | null;
};

/** Clusters by `first`; `null` where an item is not the first of its cluster. */
export type Clusters = (LinkedCluster | null)[];

/** The clusters before the first merge, named by `first`, and each item's label. */
export function startingClusters(
  problem: Omit<ClusteringProblem, "edges">,
  sums: ClusterSums,
): { labels: number[]; clusters: Clusters } {
  const { vectors, weights, blocks, anchors } = problem;
  const labels: number[] = [];
  const clusters: Clusters = vectors.map(() => null);
  const firstOfBlock = new Map<number, number>();
  for (let i = 0; i < vectors.length; i++) {
    const block = blocks[i]!;
    const first = block < 0 ? i : (firstOfBlock.get(block) ?? i);
    if (block >= 0) firstOfBlock.set(block, first);
    labels.push(first);
    const item = single(i, vectors[i] !== null, weights[i]!, anchors[i]!);
    const known = clusters[first];
    if (known) absorb(known, item, clusters, sums);
    else clusters[first] = item;
  }
  for (const [i, j] of problem.conflicts) {
    oppose(clusters[labels[i]!]!, clusters[labels[j]!]!);
  }
  return { labels, clusters };
}

function single(
  first: number,
  hasVector: boolean,
  weight: number,
  anchor: number | null,
): LinkedCluster {
  return {
    first,
    weight: hasVector ? weight : 0,
    members: hasVector ? [first] : [],
    sum: null,
    anchor,
    conflicts: null,
    rest: null,
  };
}

/** Whether no anchor and no conflict stands between two clusters. */
export function mayMeet(a: LinkedCluster, b: LinkedCluster): boolean {
  if (a.anchor !== null && b.anchor !== null && a.anchor !== b.anchor) return false;
  return !a.conflicts?.has(b.first);
}

function oppose(a: LinkedCluster, b: LinkedCluster): void {
  (a.conflicts ??= new Set()).add(b.first);
  (b.conflicts ??= new Set()).add(a.first);
}

/** Moves everything of `b` into `a` and forgets `b`. */
export function absorb(
  a: LinkedCluster,
  b: LinkedCluster,
  clusters: Clusters,
  sums: ClusterSums,
): void {
  clusters[b.first] = null;
  sums.absorb(a, b);
  a.weight += b.weight;
  a.anchor ??= b.anchor;
  a.rest = earlier(a.rest, b.rest);
  for (const enemy of b.conflicts ?? []) {
    const other = clusters[enemy];
    other?.conflicts?.delete(b.first);
    if (other) oppose(a, other);
  }
}
