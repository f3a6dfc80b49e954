import { finish, type Steps } from "../../kit/turns";
import type { ClusterSearch } from "./cluster-search";
import { ClusterSums } from "./cluster-sums";
import {
  absorb,
  earlier,
  mayMeet,
  startingClusters,
  type Clusters,
  type LinkedCluster,
} from "./linked-cluster";
import { MergeQueue, precedes, type Nearness } from "./merge-queue";
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

/**
 * `scales`: what each vector is multiplied by (1 when left out). Edges may be made while they are read.
 *
 * `missing`: where too many pairs are above the threshold to be held, some are no edges. Each of those does not exceed the bound in
 * `rests` (the threshold itself: none is missing) of one of its two items. When nothing that is linked is above such a bound
 * any more, `search` finds the nearest anew. Without blocks, anchors and conflicts only.
 */
export type LinkageProblem = Omit<ClusteringProblem, "edges"> & {
  edges: Iterable<readonly [number, number]>;
  scales?: readonly number[];
  missing?: { rests: ArrayLike<number>; search: ClusterSearch };
};

type State = {
  clusters: Clusters;
  queue: MergeQueue;
  threshold: number;
  sums: ClusterSums;
  search: ClusterSearch | null;
};

/** The same in small steps: each yields its work in multiply-adds, the last returns the labels. */
export function* joinSteps(problem: LinkageProblem): Steps<number[]> {
  const factors = problem.weights.map((weight, i) => weight * (problem.scales?.[i] ?? 1));
  const sums = new ClusterSums(problem.vectors, factors);
  const { labels, clusters } = startingClusters(problem, sums);
  const { threshold, missing } = problem;
  const search = missing?.search ?? null;
  const state: State = { clusters, queue: new MergeQueue(), threshold, sums, search };
  yield* linkAll(state, problem.edges, labels);
  for (const one of clusters) {
    if (!one) continue;
    const rest = missing?.rests[one.first] ?? threshold;
    if (rest > threshold) one.rest = { similarity: rest, a: -1, b: -1 };
    offerBest(state, one);
  }
  const parents = new Map<number, number>();
  for (let next = state.queue.pop(); next; next = state.queue.pop()) {
    const from = clusters[next.from];
    if (!from || from.offered !== next) continue;
    if (search && next.isBound) {
      searchAgain(state, from, search);
      yield sums.takeWork();
      continue;
    }
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
    if (search) {
      search.merged(a, b, sums.sumOf(a));
      if (a.links.size > MANY * search.links) keepNearest(state, a, search.links);
    }
    offerBest(state, a);
    yield sums.takeWork();
  }
  return labels.map((label) => rootOf(parents, label));
}

/** A cluster with so many times the links of a search, collected from others, keeps the nearest only. */
const MANY = 4;
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
  const known = best < 0 ? null : nearness(from.first, best, highest);
  const next = earlier(known, from.rest);
  from.offered = next && { ...next, from: from.first, isBound: next !== known };
  if (from.offered) state.queue.push(from.offered);
}

function nearness(one: number, other: number, similarity: number): Nearness {
  return { similarity, a: Math.min(one, other), b: Math.max(one, other) };
}

/** Links a cluster to the nearest of all, as they are now, and to those only; the last of them is the bound of all others. */
function searchAgain(state: State, from: LinkedCluster, search: ClusterSearch): void {
  unlink(state, from);
  for (const first of search.nearest(from.first, search.links, state.threshold)) {
    const other = state.clusters[first]!;
    link(state, from, other, state.sums.total(from, other));
  }
  state.sums.work += search.work + from.links.size * LINK_WORK;
  from.rest = null;
  keepNearest(state, from, search.links);
  offerBest(state, from);
}

/** Lets go of all links of a cluster but the nearest. What is let go does not come before the last that is kept. */
function keepNearest(state: State, from: LinkedCluster, count: number): void {
  if (from.links.size < count) return;
  const near = [...from.links].map(([other, total]) => {
    const similarity = total / (from.weight * state.clusters[other]!.weight);
    return { other, ...nearness(from.first, other, similarity) };
  });
  near.sort((x, y) => (precedes(x, y) ? -1 : 1));
  for (const { other } of near.slice(count)) {
    from.links.delete(other);
    state.clusters[other]!.links.delete(from.first);
  }
  const { similarity, a, b } = near[count - 1]!;
  from.rest = earlier(from.rest, { similarity, a, b });
}

function unlink(state: State, from: LinkedCluster): void {
  for (const other of from.links.keys()) state.clusters[other]!.links.delete(from.first);
  from.links.clear();
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
