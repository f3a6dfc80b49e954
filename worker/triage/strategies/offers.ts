/** How near two clusters are: `a` < `b` are their smallest items. */
export type Nearness = { similarity: number; a: number; b: number };

/** Whether a pair is joined before another: the more similar first; on a tie the pair with the smallest items. */
export function precedes(x: Nearness, y: Nearness): boolean {
  if (x.similarity !== y.similarity) return x.similarity > y.similarity;
  return x.a !== y.a ? x.a < y.a : x.b < y.b;
}

/** Which of two comes first. */
export function earlier(x: Nearness | null, y: Nearness | null): Nearness | null {
  return x && y ? (precedes(y, x) ? y : x) : (x ?? y);
}

/**
 * What each cluster offers, one pair at most: a binary heap that knows where each cluster is. `isBound`: no pair is known, but no
 * unknown pair of the cluster comes before this.
 */
export class Offers {
  private readonly similarity: Float64Array;
  private readonly a: Int32Array;
  private readonly b: Int32Array;
  private readonly bound: Uint8Array;
  private readonly heap: Int32Array;
  private readonly place: Int32Array;
  private size = 0;

  constructor(clusters: number) {
    this.similarity = new Float64Array(clusters);
    this.a = new Int32Array(clusters);
    this.b = new Int32Array(clusters);
    this.bound = new Uint8Array(clusters);
    this.heap = new Int32Array(clusters);
    this.place = new Int32Array(clusters).fill(-1);
  }

  /** The cluster with the offer that comes first, or -1. */
  best(): number {
    return this.size > 0 ? this.heap[0]! : -1;
  }

  isBound(cluster: number): boolean {
    return this.bound[cluster] === 1;
  }

  similarityOf(cluster: number): number {
    return this.similarity[cluster]!;
  }

  /** The other cluster of a pair that is offered. */
  partnerOf(cluster: number): number {
    return this.a[cluster] === cluster ? this.b[cluster]! : this.a[cluster]!;
  }

  offer(cluster: number, { similarity, a, b }: Nearness, isBound: boolean): void {
    this.similarity[cluster] = similarity;
    this.a[cluster] = a;
    this.b[cluster] = b;
    this.bound[cluster] = isBound ? 1 : 0;
    this.offerAgain(cluster);
  }

  /** Puts a cluster in its place, with what it has offered last. */
  offerAgain(cluster: number): void {
    if (this.place[cluster]! < 0) this.put(this.size++, cluster);
    this.rise(this.place[cluster]!);
    this.sink(this.place[cluster]!);
  }

  remove(cluster: number): void {
    const at = this.place[cluster]!;
    if (at < 0) return;
    this.place[cluster] = -1;
    this.size -= 1;
    const last = this.heap[this.size]!;
    if (last !== cluster) {
      this.put(at, last);
      this.offerAgain(last);
    }
  }

  private put(at: number, cluster: number): void {
    this.heap[at] = cluster;
    this.place[cluster] = at;
  }

  private rise(from: number): void {
    const cluster = this.heap[from]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isFirst(cluster, this.heap[parent]!)) break;
      this.put(at, this.heap[parent]!);
      at = parent;
    }
    this.put(at, cluster);
  }

  private sink(from: number): void {
    const cluster = this.heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.isFirst(this.heap[child + 1]!, this.heap[child]!))
        child += 1;
      if (!this.isFirst(this.heap[child]!, cluster)) break;
      this.put(at, this.heap[child]!);
      at = child;
    }
    this.put(at, cluster);
  }

  private isFirst(x: number, y: number): boolean {
    const { similarity, a, b } = this;
    if (similarity[x] !== similarity[y]) return similarity[x]! > similarity[y]!;
    return a[x] !== a[y] ? a[x]! < a[y]! : b[x]! < b[y]!;
  }
}
