import type { ClusterSums, Summed } from "../strategies/cluster-sums";
import { BLOCK, type QuantisedRows } from "./quantised-rows";

/** Pairs of rows i < j, `first[k]` with `second[k]`, for k below `size`: all whose similarity is above `line`. */
export type NearPairs = {
  line: number;
  size: number;
  first: Uint32Array;
  second: Uint32Array;
};

/** Multiply-adds that the kernel does while JavaScript does one. */
const KERNEL_SPEED = 16;
const LOOKED_AT_ONCE = 1024;
/** What float64 may add to an exact similarity: a pair this close is kept, and decided where it is joined. */
const ROUNDING = 1e-12;

/**
 * All pairs of groups whose mean similarity is above `line`, found on the quantised means (row k is the mean of group k)
 * and looked at again in float64 where the quantised value is too near. With more than `limit` pairs the line rises to the
 * median of what was found, as often as need be, so that memory is bounded: the answer is complete above its own `line`.
 * Yields its work in multiply-adds of JavaScript. O(k² d) for k groups.
 */
export function* nearPairs(
  rows: QuantisedRows,
  groups: readonly Summed[],
  sums: ClusterSums,
  line: number,
  limit: number,
): Generator<number, NearPairs> {
  const pairs = new PairList(limit + BLOCK * BLOCK, line, (i, j) => {
    const [a, b] = [groups[i]!, groups[j]!];
    return sums.total(a, b) / (a.members.length * b.members.length);
  });
  const { error } = rows;
  const offer = (i: number, j: number, dot: number): void => pairs.offer(i, j, dot, error);
  for (let i = 0; i < rows.size; i += BLOCK) {
    for (let j = i; j < rows.size; j += BLOCK) {
      rows.eachPair(i, j, pairs.line, offer);
      while (pairs.size > limit) {
        for (const _ of pairs.raise()) yield sums.takeWork();
      }
      yield (BLOCK * BLOCK * rows.dimensions) / KERNEL_SPEED + sums.takeWork();
    }
  }
  return pairs;
}

class PairList {
  size = 0;
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  private readonly similarity: Float64Array;
  private readonly isExact: Uint8Array;

  constructor(
    capacity: number,
    public line: number,
    private readonly exactly: (i: number, j: number) => number,
  ) {
    this.first = new Uint32Array(capacity);
    this.second = new Uint32Array(capacity);
    this.similarity = new Float64Array(capacity);
    this.isExact = new Uint8Array(capacity);
  }

  offer(i: number, j: number, near: number, error: number): void {
    const isSure = near > this.line + error;
    const similarity = isSure ? near : this.exactly(i, j);
    if (similarity > this.line - ROUNDING) this.put(i, j, similarity, !isSure);
  }

  /** Lifts the line to the median, and drops at least half of the pairs. Pauses while it looks at them exactly. */
  *raise(): Generator<void, void> {
    const { size, first, second, similarity, isExact } = this;
    for (let k = 0; k < size; k++) {
      if (k % LOOKED_AT_ONCE === 0) yield;
      if (isExact[k] === 0) similarity[k] = this.exactly(first[k]!, second[k]!);
    }
    this.line = similarity.slice(0, size).sort()[size >> 1]!;
    this.size = 0;
    for (let k = 0; k < size; k++) {
      if (similarity[k]! > this.line) this.put(first[k]!, second[k]!, similarity[k]!, true);
    }
  }

  private put(i: number, j: number, similarity: number, isExact: boolean): void {
    this.first[this.size] = i;
    this.second[this.size] = j;
    this.similarity[this.size] = similarity;
    this.isExact[this.size] = isExact ? 1 : 0;
    this.size += 1;
  }
}
