import { joinSteps } from "../strategies/agglomerative";
import { ClusterSums, type Summed } from "../strategies/cluster-sums";
import { dot } from "../vectors/dot";
import { Components } from "./components";
import { nearPairs, type NearPairs } from "./near-pairs";
import { QuantisedRows } from "./quantised-rows";

type Vectors = readonly (Float32Array | null)[];

/**
 * A clustering at work. `step` goes on for about so much work, counted in multiply-adds of JavaScript, and answers the labels
 * once they are there.
 */
export type Clustering = {
  step(work: number): number[] | null;
  /** Bytes of WebAssembly memory held. */
  bytes(): number;
};

/** About a quarter of a second. (A Worker's clock stands still while it computes, so a budget in time is none.) */
export const SLICE = 2.5e8;

/** Pairs that are held at once: some 25 MB while they are being joined, when all hang together. */
const HELD_PAIRS = 2 ** 17;
/** A level that joins fewer than one group in so many has too many pairs that are equally near. */
const LEAST_PROGRESS = 512;

/**
 * Exact average linkage of vectors by cosine: one label per vector, the smallest index of its cluster. The same clusters as
 * scikit-learn's `AgglomerativeClustering(linkage="average", metric="cosine", distance_threshold=1 - threshold)`: they join
 * strictly above the threshold. `null`, zero and non-finite vectors stay alone. Vectors have equal length and any norm.
 *
 * O(n² d) by the int16 kernel for the pairs above the line, O(E log E) to join them. No matrix: 2 bytes per number, and a
 * bounded number of pairs. With more pairs than that the line rises, what is above it is joined, and the clusters go into
 * another round as one mean each: average linkage joins in the order of similarity, so the state above any line is exact.
 * `heldPairs` is that bound; it doubles when so many pairs are equally near that a round gets nowhere.
 */
export function startClustering(
  vectors: Vectors,
  threshold: number,
  heldPairs = HELD_PAIRS,
): Clustering {
  const scales = scalesOf(vectors);
  const rows = new QuantisedRows(
    vectors.find((vector) => vector !== null)?.length ?? 1,
    scales.filter((scale) => scale > 0).length,
  );
  const steps = clusterSteps({ vectors, scales, threshold, heldPairs }, rows);
  let labels: number[] | null = null;
  return {
    step(work) {
      for (let done = 0; !labels && done < work;) {
        const step = steps.next();
        if (step.done) labels = step.value;
        else done += step.value;
      }
      return labels;
    },
    bytes: () => rows.bytes,
  };
}

/** The same in one go. */
export function clusterVectors(vectors: Vectors, threshold: number): number[] {
  return startClustering(vectors, threshold).step(Infinity)!;
}

/** What makes each vector one of length 1; 0 for one without direction. */
function scalesOf(vectors: Vectors): number[] {
  return vectors.map((vector) => {
    const length = vector ? Math.sqrt(dot(vector, vector)) : 0;
    return length > 0 && Number.isFinite(length) ? 1 / length : 0;
  });
}

type Task = {
  vectors: Vectors;
  scales: readonly number[];
  threshold: number;
  heldPairs: number;
};

function* clusterSteps(
  { vectors, scales, threshold, heldPairs }: Task,
  rows: QuantisedRows,
): Generator<number, number[]> {
  let labels = threshold < 1 ? twinsTogether(vectors, scales) : [...vectors.keys()];
  if (threshold >= 1) return labels;
  for (let limit = heldPairs; ;) {
    const groups = groupsOf(labels, scales);
    const sums = new ClusterSums(vectors, scales);
    yield* fill(rows, vectors, scales, groups, sums);
    const pairs = yield* nearPairs(rows, groups, sums, threshold, limit);
    const joined = yield* joinAbove(pairs, { vectors, scales, labels, groups });
    if (pairs.line <= threshold) return joined;
    const left = groupsOf(joined, scales).length;
    if (groups.length - left < groups.length / LEAST_PROGRESS) limit *= 2;
    labels = joined;
  }
}

/** Equal vectors have the highest similarity there is, so they join first: a storm of them is one row. */
function twinsTogether(vectors: Vectors, scales: readonly number[]): number[] {
  const seen = new Map<number, number[]>();
  return vectors.map((vector, i) => {
    if (!vector || scales[i] === 0) return i;
    const hash = hashOf(vector);
    const alike = seen.get(hash);
    if (!alike) seen.set(hash, [i]);
    const twin = alike?.find((j) => vectors[j]!.every((value, d) => value === vector[d]));
    if (twin === undefined) alike?.push(i);
    return twin ?? i;
  });
}

function hashOf(vector: Float32Array): number {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let hash = 0;
  for (let d = 0; d < words.length; d++) hash = Math.imul(hash ^ words[d]!, 0x9e3779b1) + d;
  return hash;
}

/** The clusters of the items with a direction, in the order of their labels. */
function groupsOf(labels: readonly number[], scales: readonly number[]): Summed[] {
  const groups = new Map<number, Summed>();
  labels.forEach((label, i) => {
    if (scales[i] === 0) return;
    const group = groups.get(label);
    if (group) group.members.push(i);
    else groups.set(label, { members: [i], sum: null });
  });
  return [...groups.values()];
}

const ROWS_A_STEP = 256;

function* fill(
  rows: QuantisedRows,
  vectors: Vectors,
  scales: readonly number[],
  groups: readonly Summed[],
  sums: ClusterSums,
): Generator<number, void> {
  rows.clear();
  for (const [row, group] of groups.entries()) {
    const { members } = group;
    if (members.length === 1) rows.set(row, vectors[members[0]!]!, scales[members[0]!]!);
    else rows.set(row, sums.sumOf(group), 1 / members.length);
    if (row % ROWS_A_STEP > 0) continue;
    yield ROWS_A_STEP * rows.dimensions + sums.takeWork();
  }
}

type Level = {
  vectors: Vectors;
  scales: readonly number[];
  labels: readonly number[];
  groups: readonly Summed[];
};

/** Joins what hangs together over the pairs, component by component, down to their line. Answers the new labels. */
function* joinAbove(pairs: NearPairs, level: Level): Generator<number, number[]> {
  const { vectors, scales, groups } = level;
  const labels = [...level.labels];
  const places = new Uint32Array(vectors.length);
  for (const { rows, links } of componentsOf(pairs, groups.length)) {
    const items = rows.flatMap((row) => groups[row]!.members).sort((i, j) => i - j);
    items.forEach((item, place) => (places[item] = place));
    const joined = yield* joinSteps({
      vectors: items.map((i) => vectors[i]!),
      scales: items.map((i) => scales[i]!),
      weights: items.map(() => 1),
      edges: edgesOf(pairs, links, (row) => places[groups[row]!.members[0]!]!),
      threshold: pairs.line,
      blocks: items.map((i) => places[level.labels[i]!]!),
      anchors: items.map(() => null),
      conflicts: [],
    });
    items.forEach((item, place) => (labels[item] = items[joined[place]!]!));
  }
  return labels;
}

function componentsOf(pairs: NearPairs, size: number): { rows: number[]; links: number[] }[] {
  const components = new Components(size);
  for (let k = 0; k < pairs.size; k++) components.join(pairs.first[k]!, pairs.second[k]!);
  const found = new Map<number, { rows: number[]; links: number[] }>();
  for (let k = 0; k < pairs.size; k++) {
    const root = components.rootOf(pairs.first[k]!);
    const one = found.get(root);
    if (one) one.links.push(k);
    else found.set(root, { rows: [], links: [k] });
  }
  for (let row = 0; row < size; row++) found.get(components.rootOf(row))?.rows.push(row);
  return [...found.values()];
}

function* edgesOf(
  pairs: NearPairs,
  links: readonly number[],
  placeOf: (row: number) => number,
): Generator<readonly [number, number]> {
  for (const k of links) yield [placeOf(pairs.first[k]!), placeOf(pairs.second[k]!)];
}
