import type { ClusteringProblem } from "../../../../worker/triage/strategies/strategy";

/**
 * Average linkage as its definition says it, in O(n³) or worse: again and again joins the two clusters whose items have the
 * highest mean dot product, while that is above the threshold. The reference for the fast one.
 */
export function averageLinkageByHand(problem: ClusteringProblem): number[] {
  const clusters = startingClusters(problem);
  for (;;) {
    const best = bestPair(problem, clusters);
    if (!best) break;
    const [a, b] = best;
    clusters[a] = [...clusters[a]!, ...clusters[b]!].sort((x, y) => x - y);
    clusters.splice(b, 1);
    clusters.sort((x, y) => x[0]! - y[0]!);
  }
  const labels: number[] = [];
  for (const members of clusters) for (const i of members) labels[i] = members[0]!;
  return labels;
}

function startingClusters({ vectors, blocks }: ClusteringProblem): number[][] {
  const clusters: number[][] = [];
  vectors.forEach((_, i) => {
    const known = clusters.find(([first]) => blocks[i]! >= 0 && blocks[first!] === blocks[i]);
    if (known) known.push(i);
    else clusters.push([i]);
  });
  return clusters;
}

function bestPair(problem: ClusteringProblem, clusters: number[][]): [number, number] | null {
  let best: [number, number] | null = null;
  let highest = problem.threshold;
  for (let a = 0; a < clusters.length; a++) {
    for (let b = a + 1; b < clusters.length; b++) {
      const mean = meanOf(problem, clusters[a]!, clusters[b]!);
      if (mean === null || !(mean > highest) || forbidden(problem, clusters[a]!, clusters[b]!))
        continue;
      [best, highest] = [[a, b], mean];
    }
  }
  return best;
}

function meanOf({ vectors, weights }: ClusteringProblem, a: number[], b: number[]): number | null {
  let total = 0;
  let count = 0;
  for (const i of a) {
    for (const j of b) {
      const [x, y] = [vectors[i], vectors[j]];
      if (!x || !y) continue;
      const pairs = weights[i]! * weights[j]!;
      for (let d = 0; d < x.length; d++) total += x[d]! * y[d]! * pairs;
      count += pairs;
    }
  }
  return count === 0 ? null : total / count;
}

function forbidden({ anchors, conflicts }: ClusteringProblem, a: number[], b: number[]): boolean {
  const all = [...a, ...b];
  const held = new Set(all.map((i) => anchors[i]).filter((anchor) => anchor !== null));
  return held.size > 1 || conflicts.some(([i, j]) => all.includes(i) && all.includes(j));
}

/** All pairs above the threshold, with the guard that callers use. */
export function edgesOf(
  vectors: readonly (Float32Array | null)[],
  threshold: number,
): [number, number][] {
  const edges: [number, number][] = [];
  vectors.forEach((x, i) => {
    for (let j = 0; j < i; j++) {
      const y = vectors[j];
      if (!x || !y) continue;
      let product = 0;
      for (let d = 0; d < x.length; d++) product += x[d]! * y[d]!;
      if (product > threshold - 1e-6) edges.push([i, j]);
    }
  });
  return edges;
}

/** Which items are together, whatever the labels are called. */
export function partition(labels: readonly number[]): number[][] {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => groups.set(label, [...(groups.get(label) ?? []), i]));
  return [...groups.values()].sort((x, y) => x[0]! - y[0]!);
}
