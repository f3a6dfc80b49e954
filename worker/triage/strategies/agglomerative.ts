import { finish, type Steps } from "../../kit/turns";
import type { ClusterSearch } from "./cluster-search";
import { ClusterSums } from "./cluster-sums";
import { LinkTable } from "./link-table";
import {
  absorb,
  mayMeet,
  startingClusters,
  type Clusters,
  type LinkedCluster,
} from "./linked-cluster";
import { NearestFew } from "./nearest-few";
import { earlier, Offers, type Nearness } from "./offers";
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
 * Each cluster offers its best neighbour. By reducibility a merge can only lower what others see in the two, so an outdated
 * offer is too high, never too low, and is put right when it comes up.
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
  links: LinkTable;
  offers: Offers;
  threshold: number;
  sums: ClusterSums;
  /** Scratch of `relink`: the link that one of two clusters has to each other one, or -1. */
  marks: Int32Array;
  /** Scratch of `shed`. */
  nearest: NearestFew;
};

/** The same in small steps: each yields its work in multiply-adds, the last returns the labels. */
export function* joinSteps(problem: LinkageProblem): Steps<number[]> {
  const { threshold, missing } = problem;
  const factors = problem.weights.map((weight, i) => weight * (problem.scales?.[i] ?? 1));
  const sums = new ClusterSums(problem.vectors, factors);
  const { labels, clusters } = startingClusters(problem, sums);
  const pairs = pairsBetween(problem.edges, labels);
  const state: State = {
    clusters,
    links: new LinkTable(clusters.length, pairs.length),
    offers: new Offers(clusters.length),
    threshold,
    sums,
    marks: new Int32Array(clusters.length).fill(-1),
    nearest: new NearestFew(),
  };
  yield* linkAll(state, pairs);
  for (const one of clusters) {
    if (!one) continue;
    const rest = missing?.rests[one.first] ?? threshold;
    if (rest > threshold) one.rest = { similarity: rest, a: -1, b: -1 };
    offerBest(state, one);
  }
  const parents = yield* joinAll(state, missing?.search ?? null);
  return labels.map((label) => rootOf(parents, label));
}

/** Joins the best pair again and again. Answers what each cluster went into. */
function* joinAll(state: State, search: ClusterSearch | null): Steps<Map<number, number>> {
  const { clusters, links, offers, sums } = state;
  const parents = new Map<number, number>();
  for (let first = offers.best(); first >= 0; first = offers.best()) {
    const from = clusters[first]!;
    if (search && offers.isBound(first)) {
      yield* searchAgain(state, dueForSearch(state, search.together), search);
      continue;
    }
    const offered = offers.similarityOf(first);
    const partner = offers.partnerOf(first);
    offerBest(state, from);
    if (offers.best() !== first || offers.isBound(first)) continue;
    if (offers.similarityOf(first) !== offered || offers.partnerOf(first) !== partner) continue;
    const [a, b] = first < partner ? [from, clusters[partner]!] : [clusters[partner]!, from];
    absorb(a, b, clusters, sums);
    parents.set(b.first, a.first);
    offers.remove(b.first);
    relink(state, a, b);
    if (search) {
      search.merged(a, b, sums.sumOf(a));
      if (links.degree[a.first]! > MANY * search.links) shed(state, a, search.links);
    }
    offerBest(state, a);
    yield sums.takeWork();
  }
  return parents;
}

/** A cluster with so many times the links of a search, collected from others, keeps the nearest only. */
const MANY = 2;
/** How far ahead among the offers clusters are looked for that can be searched for at once. */
const AHEAD = 8;
const PAIRS_A_STEP = 1024;
/** Multiply-adds in the time that one link takes to read or to change. */
const LINK_WORK = 8;

/** The pairs of clusters that edges lead between, each once, as `first * number of items + second`. */
function pairsBetween(edges: LinkageProblem["edges"], labels: readonly number[]): Float64Array {
  let keys = new Float64Array(1024);
  let size = 0;
  for (const [i, j] of edges) {
    const first = Math.min(labels[i]!, labels[j]!);
    const second = Math.max(labels[i]!, labels[j]!);
    if (first === second) continue;
    if (size === keys.length) {
      const more = new Float64Array(2 * size);
      more.set(keys);
      keys = more;
    }
    keys[size++] = first * labels.length + second;
  }
  const sorted = keys.subarray(0, size).sort();
  let unique = 0;
  for (let k = 0; k < size; k++) {
    if (k === 0 || sorted[k] !== sorted[k - 1]) sorted[unique++] = sorted[k]!;
  }
  return sorted.subarray(0, unique);
}

function* linkAll(state: State, pairs: Float64Array): Steps<void> {
  const { clusters, sums } = state;
  for (let k = 0; k < pairs.length; k++) {
    if (k % PAIRS_A_STEP === 0) yield sums.takeWork();
    const second = pairs[k]! % clusters.length;
    const [a, b] = [clusters[(pairs[k]! - second) / clusters.length]!, clusters[second]!];
    if (a.weight > 0 && b.weight > 0 && mayMeet(a, b)) link(state, a, b, sums.total(a, b));
  }
}

/** Makes two clusters neighbours when their mean similarity is above the threshold. `total` is over all pairs. */
function link({ links, threshold }: State, a: LinkedCluster, b: LinkedCluster, total: number) {
  if (total / (a.weight * b.weight) > threshold) links.add(a.first, b.first, total);
}

/** Offers the best neighbour of a cluster, in the place of what it offered before. */
function offerBest({ clusters, links, offers, sums }: State, from: LinkedCluster): void {
  let best = -1;
  let highest = -Infinity;
  sums.work += links.degree[from.first]! * LINK_WORK;
  for (let end = links.first(from.first); end >= 0; end = links.next(end)) {
    const other = links.other(end);
    const similarity = links.total(end) / (from.weight * clusters[other]!.weight);
    if (similarity < highest || (similarity === highest && other > best)) continue;
    best = other;
    highest = similarity;
  }
  const known = best < 0 ? null : nearness(from.first, best, highest);
  const next = earlier(known, from.rest);
  if (next) offers.offer(from.first, next, next !== known);
  else offers.remove(from.first);
}

function nearness(one: number, other: number, similarity: number): Nearness {
  return { similarity, a: Math.min(one, other), b: Math.max(one, other) };
}

/** After `a` has absorbed `b`: totals add up where both were linked, one dot product where only one was. */
function relink(
  { clusters, links, marks, sums, threshold }: State,
  a: LinkedCluster,
  b: LinkedCluster,
) {
  sums.work += (links.degree[a.first]! + links.degree[b.first]!) * LINK_WORK;
  const isNear = (other: LinkedCluster, total: number): boolean =>
    mayMeet(a, other) && total / (a.weight * other.weight) > threshold;
  for (let end = links.first(a.first); end >= 0; end = links.next(end)) {
    marks[links.other(end)] = end;
  }
  for (let end = links.first(b.first), next = end; end >= 0; end = next) {
    next = links.next(end);
    const first = links.other(end);
    const added = links.total(end);
    links.remove(end);
    if (first === a.first) continue;
    const other = clusters[first]!;
    const known = marks[first]!;
    marks[first] = -1;
    const total = known < 0 ? sums.total(a, other) : links.total(known) + added;
    if (known < 0 && isNear(other, total)) links.add(a.first, first, total);
    else if (known >= 0 && isNear(other, total)) links.setTotal(known, total);
    else if (known >= 0) links.remove(known);
  }
  for (let end = links.first(a.first), next = end; end >= 0; end = next) {
    next = links.next(end);
    const other = clusters[links.other(end)]!;
    if (marks[other.first] !== end) continue;
    marks[other.first] = -1;
    const total = sums.total(a, other);
    if (isNear(other, total)) links.setTotal(end, total);
    else links.remove(end);
  }
  marks[b.first] = -1;
}

/** The cluster whose bound comes first, and others with a bound that comes soon. */
function dueForSearch({ clusters, offers }: State, most: number): LinkedCluster[] {
  const due: LinkedCluster[] = [];
  const passed: number[] = [];
  while (due.length < most && passed.length < AHEAD * most) {
    const first = offers.best();
    if (first < 0) break;
    offers.remove(first);
    if (offers.isBound(first)) due.push(clusters[first]!);
    else passed.push(first);
  }
  for (const first of passed) offers.offerAgain(first);
  return due;
}

/** Links clusters to the nearest of all, as they are now, and to those only; the last of them is the bound of all others. */
function* searchAgain(
  state: State,
  due: readonly LinkedCluster[],
  search: ClusterSearch,
): Steps<void> {
  const { clusters, links, sums, threshold } = state;
  const firsts = due.map(({ first }) => first);
  const found = yield* search.nearest(firsts, search.links, threshold);
  for (const [at, from] of due.entries()) {
    for (let end = links.first(from.first); end >= 0; end = links.first(from.first)) {
      links.remove(end);
    }
    for (const first of found[at]!) {
      link(state, from, clusters[first]!, sums.total(from, clusters[first]!));
    }
    from.rest = null;
    shed(state, from, search.links);
    yield sums.takeWork();
  }
  for (const from of due) offerBest(state, from);
}

/** Lets go of all links of a cluster but the nearest. What is let go does not come before the last that is kept. */
function shed({ clusters, links, nearest, sums }: State, from: LinkedCluster, count: number): void {
  if (links.degree[from.first]! < count) return;
  sums.work += links.degree[from.first]! * LINK_WORK;
  nearest.clear(count);
  const similarityAt = (end: number): number =>
    links.total(end) / (from.weight * clusters[links.other(end)]!.weight);
  for (let end = links.first(from.first); end >= 0; end = links.next(end)) {
    nearest.see(links.other(end), similarityAt(end));
  }
  for (let end = links.first(from.first), next = end; end >= 0; end = next) {
    next = links.next(end);
    if (nearest.isBeyond(links.other(end), similarityAt(end))) links.remove(end);
  }
  const { other, similarity } = nearest.last();
  from.rest = earlier(from.rest, nearness(from.first, other, similarity));
}

function rootOf(parents: Map<number, number>, label: number): number {
  let root = label;
  for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
  return root;
}
