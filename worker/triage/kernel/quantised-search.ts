import type { Steps } from "../../kit/turns";
import type { ClusterSearch, SearchedCluster } from "../strategies/cluster-search";
import { COMPARED, type QuantisedRows } from "./quantised-rows";

/** Multiply-adds that a comparison does while JavaScript does one. */
const KERNEL_SPEED = 8;
/** The most links that a search gives one cluster. */
const MOST_LINKS = 16;

/**
 * Searches among clusters while they grow together: all of the rows, which hold the quantised mean of each. In the beginning row
 * k is cluster k. O(k d) a search for k clusters that are left. With `heldPairs` links in all.
 */
export class QuantisedSearch implements ClusterSearch {
  private readonly rowOf: Uint32Array;
  private readonly firstAt: Uint32Array;

  constructor(
    private readonly rows: QuantisedRows,
    private readonly heldPairs: number,
  ) {
    this.rowOf = Uint32Array.from({ length: rows.size }, (_, i) => i);
    this.firstAt = this.rowOf.slice();
  }

  readonly together = COMPARED;

  get links(): number {
    const each = Math.floor(this.heldPairs / (2 * this.rows.size));
    return Math.max(1, Math.min(MOST_LINKS, each));
  }

  merged(a: SearchedCluster, b: SearchedCluster, sum: Float64Array): void {
    const { rows, rowOf, firstAt } = this;
    rows.set(rowOf[a.first]!, sum, 1 / a.weight);
    const last = rows.size - 1;
    const free = rowOf[b.first]!;
    rows.remove(free);
    firstAt[free] = firstAt[last]!;
    rowOf[firstAt[free]!] = free;
  }

  *nearest(firsts: readonly number[], count: number, line: number): Steps<number[][]> {
    const { rows, rowOf } = this;
    const own = firsts.map((first) => rowOf[first]!);
    yield (own.length * rows.size * rows.dimensions) / KERNEL_SPEED;
    return rows.compareRows(own).map((near, at) => this.best(near, own[at]!, count, line));
  }

  private best(near: Float32Array, own: number, count: number, line: number): number[] {
    const { error } = this.rows;
    const best = new Float64Array(count).fill(-Infinity);
    for (let row = 0; row < near.length; row++) {
      if (near[row]! > best[0]! && row !== own) insert(best, near[row]!);
    }
    const least = Math.max(best[0]! - 2 * error, line - error);
    const found: number[] = [];
    for (let row = 0; row < near.length; row++) {
      if (near[row]! >= least && row !== own) found.push(this.firstAt[row]!);
    }
    return found;
  }
}

/** Puts a value in its place among ascending ones; the smallest falls out. */
function insert(best: Float64Array, value: number): void {
  let at = 0;
  for (; at + 1 < best.length && best[at + 1]! < value; at++) best[at] = best[at + 1]!;
  best[at] = value;
}
