/**
 * Links between clusters, which are numbers below `clusters`; each link with a total. In typed arrays, 32 bytes a link, so that
 * hundreds of thousands fit, and none leaves garbage. A link has two ends, `end` and `end ^ 1`, each in the list of its own
 * cluster; `-1` ends a list.
 */
export class LinkTable {
  /** For each cluster, how many links it has. */
  readonly degree: Uint32Array;
  private readonly heads: Int32Array;
  private others: Int32Array;
  private following: Int32Array;
  private preceding: Int32Array;
  private totals: Float64Array;
  private used = 0;
  private free = -1;

  constructor(clusters: number, links: number) {
    this.degree = new Uint32Array(clusters);
    this.heads = new Int32Array(clusters).fill(-1);
    this.others = new Int32Array(2 * links);
    this.following = new Int32Array(2 * links);
    this.preceding = new Int32Array(2 * links);
    this.totals = new Float64Array(links);
  }

  /** The first end in the list of a cluster. */
  first(cluster: number): number {
    return this.heads[cluster]!;
  }

  next(end: number): number {
    return this.following[end]!;
  }

  /** The cluster that the link leads to from this end. */
  other(end: number): number {
    return this.others[end]!;
  }

  total(end: number): number {
    return this.totals[end >> 1]!;
  }

  setTotal(end: number, total: number): void {
    this.totals[end >> 1] = total;
  }

  /** Two clusters have one link at most; nobody looks. */
  add(a: number, b: number, total: number): void {
    let end = this.free;
    if (end >= 0) this.free = this.following[end]!;
    else {
      end = 2 * this.used++;
      if (end >= this.others.length) this.grow();
    }
    this.totals[end >> 1] = total;
    this.insert(end, a, b);
    this.insert(end + 1, b, a);
  }

  /** Takes a link away. The next end in the list is to be read before. */
  remove(end: number): void {
    const own = this.others[end ^ 1]!;
    const other = this.others[end]!;
    this.takeOut(end, own);
    this.takeOut(end ^ 1, other);
    const even = end & ~1;
    this.following[even] = this.free;
    this.free = even;
  }

  private insert(end: number, own: number, other: number): void {
    const head = this.heads[own]!;
    this.others[end] = other;
    this.following[end] = head;
    this.preceding[end] = -1;
    if (head >= 0) this.preceding[head] = end;
    this.heads[own] = end;
    this.degree[own]! += 1;
  }

  private takeOut(end: number, own: number): void {
    const before = this.preceding[end]!;
    const after = this.following[end]!;
    if (before >= 0) this.following[before] = after;
    else this.heads[own] = after;
    if (after >= 0) this.preceding[after] = before;
    this.degree[own]! -= 1;
  }

  private grow(): void {
    const size = Math.max(16, 2 * this.others.length);
    this.others = larger(this.others, new Int32Array(size));
    this.following = larger(this.following, new Int32Array(size));
    this.preceding = larger(this.preceding, new Int32Array(size));
    this.totals = larger(this.totals, new Float64Array(size / 2));
  }
}

function larger<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
