import type { Steps } from "../../kit/turns";
import { Components } from "./components";
import { BLOCK, type QuantisedRows } from "./quantised-rows";

/**
 * Pairs of rows, `first[k]` with `second[k]` for k below `size`. `components`: what hangs together over all pairs above the line,
 * held or not. `rests`: for each row a bound, the line itself while nothing was dropped on its account. A pair above the line that
 * is not held does not exceed the bound of one of its two rows.
 */
export type NearPairs = {
  size: number;
  first: Uint32Array;
  second: Uint32Array;
  rests: Float64Array;
  components: Components;
};

/** Multiply-adds that the kernel does while JavaScript does one. */
const KERNEL_SPEED = 16;
/** Multiply-adds in the time that it takes to look at a pair, and to sort one. */
const OFFER_WORK = 24;
const SORT_WORK = 256;
/** What float64 may add to an exact similarity: a pair this close is kept, and decided where it is joined. */
const ROUNDING = 1e-12;

/**
 * All pairs of rows whose similarity is above `line`, found by the kernel, and looked at again in float64 (`exactly`) where the
 * quantised value is too near to tell. Of more than `limit` pairs each row keeps its nearest few: memory is bounded, and what is
 * missing has a bound. Yields its work in multiply-adds of JavaScript. O(k² d) for k rows.
 */
export function* nearPairs(
  rows: QuantisedRows,
  exactly: (i: number, j: number) => number,
  line: number,
  limit: number,
): Steps<NearPairs> {
  const pairs = new PairList(rows.size, line, limit);
  const { error } = rows;
  let offers = 0;
  const offer = (i: number, j: number, near: number): void => {
    offers += 1;
    const atMost = near > line + error ? near + error : exactly(i, j);
    if (atMost > line - ROUNDING) pairs.offer(i, j, atMost);
  };
  for (let i = 0; i < rows.size; i += BLOCK) {
    for (let j = i; j < rows.size; j += BLOCK) {
      offers = 0;
      rows.eachPair(i, j, line, offer);
      if (pairs.size > limit) {
        yield pairs.size * SORT_WORK;
        pairs.thin();
      }
      yield (BLOCK * BLOCK * rows.dimensions) / KERNEL_SPEED + offers * OFFER_WORK;
    }
  }
  const { size, first, second, rests, components } = pairs;
  return { size, first, second, rests, components };
}

class PairList {
  size = 0;
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly rests: Float64Array;
  readonly components: Components;
  private readonly atMost: Float64Array;
  private readonly order: Float64Array;
  private readonly keeps: Uint8Array;
  private readonly counts: Uint32Array;

  constructor(
    rows: number,
    private readonly line: number,
    private readonly limit: number,
  ) {
    const capacity = limit + BLOCK * BLOCK;
    this.first = new Uint32Array(capacity);
    this.second = new Uint32Array(capacity);
    this.atMost = new Float64Array(capacity);
    this.keeps = new Uint8Array(capacity);
    this.order = new Float64Array(capacity);
    this.counts = new Uint32Array(rows);
    this.rests = new Float64Array(rows).fill(line);
    this.components = new Components(rows);
  }

  offer(i: number, j: number, atMost: number): void {
    this.components.join(i, j);
    const { size, rests } = this;
    const rest = rests[i]! > rests[j]! ? rests[i]! : rests[j]!;
    if (rest > this.line && atMost <= rest) return;
    this.first[size] = i;
    this.second[size] = j;
    this.atMost[size] = atMost;
    this.size += 1;
  }

  /** Keeps the pairs that are among the nearest of one of their rows; so few of each row that half of the room is free again. */
  thin(): void {
    const { first, second, atMost, rests, order } = this;
    const each = this.pairsARow();
    const kept = this.counts.fill(0);
    const keeps = this.keeps.fill(0);
    this.putInOrder();
    for (let place = 0; place < this.size; place++) {
      const k = order[place]!;
      const i = first[k]!;
      const j = second[k]!;
      if (kept[i]! < each || kept[j]! < each) {
        kept[i]! += 1;
        kept[j]! += 1;
        keeps[k] = 1;
      } else {
        const row = kept[i]! < kept[j]! ? j : i;
        if (atMost[k]! > rests[row]!) rests[row] = atMost[k]!;
      }
    }
    let size = 0;
    for (let k = 0; k < this.size; k++) {
      if (keeps[k] === 0) continue;
      first[size] = first[k]!;
      second[size] = second[k]!;
      atMost[size] = atMost[k]!;
      size += 1;
    }
    this.size = size;
  }

  /**
   * The nearest first, about: what differs in the tenth digit may change places. (Plain numbers are sorted many times faster than by
   * a function.)
   */
  private putInOrder(): void {
    const { atMost, size } = this;
    const keys = this.order.subarray(0, size);
    for (let k = 0; k < size; k++) keys[k] = k - Math.round(atMost[k]! * 2 ** 32) * size;
    keys.sort();
    for (let k = 0; k < size; k++) keys[k] = ((keys[k]! % size) + size) % size;
  }

  /** The most pairs that each row may keep. */
  private pairsARow(): number {
    const pairs = this.counts.fill(0);
    for (let k = 0; k < this.size; k++) {
      pairs[this.first[k]!]! += 1;
      pairs[this.second[k]!]! += 1;
    }
    pairs.sort();
    let each = 0;
    let total = 0;
    for (let from = 0; ; each++) {
      while (from < pairs.length && pairs[from]! <= each) from += 1;
      total += pairs.length - from;
      if (total > this.limit / 2) return each;
    }
  }
}
