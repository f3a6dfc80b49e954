/** How near two clusters are: `a` < `b` are their smallest items. */
export type Nearness = { similarity: number; a: number; b: number };

/** A possible merge, as the cluster `from` last saw it; or with `isBound` what none of its unknown pairs comes before. */
export type Candidate = Nearness & { from: number; isBound: boolean };

/** A binary heap of possible merges: the most similar first; on a tie the pair with the smallest items. */
export class MergeQueue<Merge extends Nearness = Candidate> {
  private readonly heap: Merge[] = [];

  push(candidate: Merge): void {
    const { heap } = this;
    let at = heap.length;
    heap.push(candidate);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!precedes(candidate, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = candidate;
  }

  pop(): Merge | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (last && heap.length > 0) this.sink(last);
    return top;
  }

  private sink(candidate: Merge): void {
    const { heap } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && precedes(heap[child + 1]!, heap[child]!)) child += 1;
      if (!precedes(heap[child]!, candidate)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = candidate;
  }
}

export function precedes(x: Nearness, y: Nearness): boolean {
  if (x.similarity !== y.similarity) return x.similarity > y.similarity;
  return x.a !== y.a ? x.a < y.a : x.b < y.b;
}
