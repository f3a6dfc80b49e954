import { finish, type Steps } from "../../kit/turns";
import { ClusterSums } from "./cluster-sums";
import {
  absorb,
  mayMeet,
  startingClusters,
  type Clusters,
  type LinkedCluster,
} from "./linked-cluster";
import { MergeQueue } from "./merge-queue";
import type { ClusteringProblem, Strategy } from "./strategy";

/**
 * Average linkage, exactly: joins the two most similar clusters as long as the mean of all dot products between their
 * items is above the threshold. On a tie the pair with the smallest items goes first. The labels are those of
 * scikit-learn's `AgglomerativeClustering(linkage="average", distance_threshold=1 - threshold)`.
 *
 * No matrix is needed. The mean is (S_A · S_B) / (|A| |B|) with S the sum of a cluster's vectors. Average linkage is
 * reducible: sim(A ∪ B, X) is a weighted mean of sim(A, X) and sim(B, X), so clusters can exceed the threshold only if
 * some pair of their items does, and the graph of such pairs is all that has to be known. Memory O(E + n), and a bounded
 * number of sums; time O(E log E) and one dot product for each pair of clusters of which only one half was linked.
 *
 * Each cluster keeps one entry in the queue, for its best neighbour. By reducibility a merge can only lower what others see
 * in the two, so an outdated entry is too high, never too low, and is put right when it comes up.
 */
export const agglomerative: Strategy = {
  name: "agglomerative",
  cluster: (problem) => finish(joinSteps(problem)),
  steps: joinSteps,
};

/** `scales`: what each vector is multiplied by (1 when left out); edges may be made while they are read. */
export type LinkageProblem = Omit<ClusteringProblem, "edges"> & {
  edges: Iterable<readonly [number, number]>;
  scales?: readonly number[];
};

type State = { clusters: Clusters; queue: MergeQueue; threshold: number; sums: ClusterSums };

/** The same in small steps: each yields its work in multiply-adds, the last returns the labels. */
export function* joinSteps(problem: LinkageProblem): Steps<number[]> {
  const factors = problem.weights.map((weight, i) => weight * (problem.scales?.[i] ?? 1));
  const sums = new ClusterSums(problem.vectors, factors);
  const { labels, clusters } = startingClusters(problem, sums);
  const state: State = { clusters, queue: new MergeQueue(), threshold: problem.threshold, sums };
  yield* linkAll(state, problem.edges, labels);
  for (const one of clusters) if (one) offerBest(state, one);
  const parents = new Map<number, number>();
  for (let next = state.queue.pop(); next; next = state.queue.pop()) {
    const from = clusters[next.from];
    if (!from || from.offered !== next) continue;
    const other = next.from === next.a ? next.b : next.a;
    if (linkSimilarity(state, from, other) !== next.similarity) {
      offerBest(state, from);
      yield sums.takeWork();
      continue;
    }
    const [a, b] = [clusters[next.a]!, clusters[next.b]!];
    absorb(a, b, clusters, sums);
    parents.set(b.first, a.first);
    relink(state, a, b);
    offerBest(state, a);
    yield sums.takeWork();
  }
  return labels.map((label) => rootOf(parents, label));
}

const EDGES_A_STEP = 1024;
/** Multiply-adds in the time that one link takes to read or to change. */
const LINK_WORK = 32;

function* linkAll(
  state: State,
  edges: LinkageProblem["edges"],
  labels: number[],
): Generator<number, void> {
  let count = 0;
  for (const [i, j] of edges) {
    count += 1;
    if (count % EDGES_A_STEP === 0) yield state.sums.takeWork();
    const first = Math.min(labels[i]!, labels[j]!);
    const second = Math.max(labels[i]!, labels[j]!);
    const a = state.clusters[first]!;
    if (first === second || a.links.has(second)) continue;
    const b = state.clusters[second]!;
    if (a.weight > 0 && b.weight > 0 && mayMeet(a, b)) link(state, a, b, state.sums.total(a, b));
  }
}

/** Makes two clusters neighbours when their mean similarity is above the threshold. `total` is over all pairs. */
function link(state: State, a: LinkedCluster, b: LinkedCluster, total: number): void {
  if (total / (a.weight * b.weight) > state.threshold) {
    a.links.set(b.first, total);
    b.links.set(a.first, total);
  } else {
    a.links.delete(b.first);
    b.links.delete(a.first);
  }
}

/** The mean similarity to a neighbour, or `undefined` when it is none (any more). */
function linkSimilarity(state: State, from: LinkedCluster, other: number): number | undefined {
  const total = from.links.get(other);
  return total === undefined ? undefined : total / (from.weight * state.clusters[other]!.weight);
}

/** Puts the best neighbour of a cluster into the queue, in the place of what it offered before. */
function offerBest(state: State, from: LinkedCluster): void {
  let best = -1;
  let highest = -Infinity;
  state.sums.work += from.links.size * LINK_WORK;
  for (const [other, total] of from.links) {
    const similarity = total / (from.weight * state.clusters[other]!.weight);
    if (similarity < highest || (similarity === highest && other > best)) continue;
    [best, highest] = [other, similarity];
  }
  if (best < 0) {
    from.offered = null;
    return;
  }
  const [a, b] = from.first < best ? [from.first, best] : [best, from.first];
  from.offered = { similarity: highest, a, b, from: from.first };
  state.queue.push(from.offered);
}

/** After `a` has absorbed `b`: totals add up where both were linked, one dot product where only one was. */
function relink(state: State, a: LinkedCluster, b: LinkedCluster): void {
  state.sums.work += (a.links.size + b.links.size) * LINK_WORK;
  a.links.delete(b.first);
  b.links.delete(a.first);
  const onlyA = [...a.links.keys()].filter((first) => !b.links.has(first));
  for (const [first, added] of b.links) {
    const other = state.clusters[first]!;
    const known = a.links.get(first);
    other.links.delete(b.first);
    meet(state, a, other, known === undefined ? undefined : known + added);
  }
  for (const first of onlyA) meet(state, a, state.clusters[first]!, undefined);
}

function meet(
  state: State,
  a: LinkedCluster,
  other: LinkedCluster,
  known: number | undefined,
): void {
  if (mayMeet(a, other)) link(state, a, other, known ?? state.sums.total(a, other));
  else {
    a.links.delete(other.first);
    other.links.delete(a.first);
  }
}

function rootOf(parents: Map<number, number>, label: number): number {
  let root = label;
  for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
  return root;
}
