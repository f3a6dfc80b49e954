import type { Steps } from "../../kit/turns";
import { joinSteps } from "../strategies/agglomerative";
import { dot } from "../vectors/dot";
import { nearPairs, type NearPairs } from "./near-pairs";
import { QuantisedRows } from "./quantised-rows";
import { QuantisedSearch } from "./quantised-search";

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

/** Pairs that are held at once: 10 MB with the links that they become. */
const HELD_PAIRS = 2 ** 17;

/**
 * Exact average linkage of vectors by cosine: one label per vector, the smallest index of its cluster. The same clusters as
 * scikit-learn's `AgglomerativeClustering(linkage="average", metric="cosine", distance_threshold=1 - threshold)`: they join
 * strictly above the threshold. `null`, zero and non-finite vectors stay alone. Vectors have equal length and any norm.
 *
 * O(n² d) by the int16 kernel for the pairs above the line, O(E log E) to join them. No matrix: 2 bytes per number, and at most
 * `heldPairs` pairs. What hangs together over more pairs than that keeps the nearest of each vector, and searches again, O(k d)
 * among the k clusters that are left, when these are used up.
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
  const steps = clusterSteps({ vectors, scales, threshold, heldPairs, rows });
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
  rows: QuantisedRows;
};

function* clusterSteps(task: Task): Steps<number[]> {
  const { vectors, scales, threshold } = task;
  if (threshold >= 1) return [...vectors.keys()];
  const twins = twinsTogether(vectors, scales);
  const weights = new Uint32Array(vectors.length);
  for (const twin of twins) weights[twin]! += 1;
  const labels = [...twins];
  const items = twins.filter((twin, i) => twin === i && scales[i]! > 0);
  yield* label({ ...task, weights, labels }, items);
  return twins.map((twin) => labels[twin]!);
}

type Labelling = Task & { weights: Uint32Array; labels: number[] };

/**
 * Labels items by what hangs together among them. A part with more pairs than can be held is looked at alone, since its rows
 * may then hold more pairs each; if it is most of what there is, it is joined with searches.
 */
function* label(task: Labelling, items: readonly number[]): Steps<void> {
  const { vectors, scales, threshold, heldPairs, rows } = task;
  rows.clear();
  yield* fill(task, items);
  const itemsOf = (part: readonly number[]): number[] => part.map((row) => items[row]!);
  const exactly = (k: number, l: number): number => {
    const [i, j] = [items[k]!, items[l]!];
    return dot(vectors[i]!, vectors[j]!) * scales[i]! * scales[j]!;
  };
  const pairs = yield* nearPairs(rows, exactly, threshold, heldPairs);
  const { easy, crowded } = partsOf(pairs, threshold);
  yield* join(task, itemsOf(easy), pairsAmong(pairs, easy));
  const later: number[][] = [];
  for (const part of crowded) {
    const own = itemsOf(part);
    if (own.length < items.length / 2) later.push(own);
    else {
      rows.clearFor(own.map((i) => ({ vector: vectors[i]!, scale: scales[i]! })));
      yield* fill(task, own);
      const rests = part.map((row) => pairs.rests[row]!);
      const search = new QuantisedSearch(rows, heldPairs);
      yield* join(task, own, pairsAmong(pairs, part), { rests, search });
    }
  }
  for (const own of later) yield* label(task, own);
}

/** Joins items over pairs of their places. */
function* join(
  { vectors, scales, weights, threshold, labels }: Labelling,
  items: readonly number[],
  pairs: Iterable<readonly [number, number]>,
  missing?: { rests: number[]; search: QuantisedSearch },
): Steps<void> {
  const joined = yield* joinSteps({
    vectors: items.map((i) => vectors[i]!),
    scales: items.map((i) => scales[i]!),
    weights: items.map((i) => weights[i]!),
    edges: pairs,
    threshold,
    blocks: items.map(() => -1),
    anchors: items.map(() => null),
    conflicts: [],
    ...(missing ? { missing } : {}),
  });
  items.forEach((item, place) => (labels[item] = items[joined[place]!]!));
}

/** Equal vectors have the highest similarity there is, so they join first: a storm of them is one row. */
function twinsTogether(vectors: Vectors, scales: readonly number[]): number[] {
  const latest = new Map<number, number>();
  const before = new Int32Array(vectors.length);
  return vectors.map((vector, i) => {
    if (!vector || scales[i] === 0) return i;
    const hash = hashOf(vector);
    const known = latest.get(hash) ?? -1;
    for (let j = known; j >= 0; j = before[j]!) {
      if (vectors[j]!.every((value, d) => value === vector[d])) return j;
    }
    latest.set(hash, i);
    before[i] = known;
    return i;
  });
}

function hashOf(vector: Float32Array): number {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let hash = 0;
  for (let d = 0; d < words.length; d++) hash = Math.imul(hash ^ words[d]!, 0x9e3779b1) + d;
  return hash;
}

const ROWS_A_STEP = 256;

function* fill({ vectors, scales, rows }: Task, items: readonly number[]): Steps<void> {
  for (const [row, i] of items.entries()) {
    rows.set(row, vectors[i]!, scales[i]!);
    if (row % ROWS_A_STEP === 0) yield ROWS_A_STEP * rows.dimensions;
  }
}

/** The rows all of whose pairs are held, and, apart, what hangs together where some are not; ascending. */
function partsOf({ components, rests }: NearPairs, threshold: number) {
  const parts = new Map<number, number[]>();
  rests.forEach((rest, row) => {
    if (rest > threshold) parts.set(components.rootOf(row), []);
  });
  const easy: number[] = [];
  rests.forEach((_, row) => (parts.get(components.rootOf(row)) ?? easy).push(row));
  return { easy, crowded: [...parts.values()] };
}

/** The pairs between some rows, as places in their list. A pair has both of its rows there, or none. */
function* pairsAmong(
  { size, first, second, rests }: NearPairs,
  part: readonly number[],
): Generator<readonly [number, number]> {
  const places = new Int32Array(rests.length).fill(-1);
  for (const [place, row] of part.entries()) places[row] = place;
  for (let k = 0; k < size; k++) {
    if (places[first[k]!]! >= 0) yield [places[first[k]!]!, places[second[k]!]!];
  }
}
