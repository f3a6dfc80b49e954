/**
 * The few nearest of many neighbours of one cluster: the most similar first; on a tie the smallest. Numbers in arrays that are used
 * again, since this is asked for tens of thousands of times.
 */
export class NearestFew {
  private others = new Int32Array(0);
  private similarities = new Float64Array(0);
  private size = 0;

  /** Begins anew, for `most` neighbours. */
  clear(most: number): void {
    this.size = 0;
    if (this.others.length === most) return;
    this.others = new Int32Array(most);
    this.similarities = new Float64Array(most);
  }

  see(other: number, similarity: number): void {
    const { others, similarities } = this;
    const isFull = this.size === others.length;
    if (isFull && this.isBeyond(other, similarity)) return;
    let at = isFull ? this.size - 1 : this.size++;
    for (; at > 0 && isBefore(other, similarity, others[at - 1]!, similarities[at - 1]!); at--) {
      others[at] = others[at - 1]!;
      similarities[at] = similarities[at - 1]!;
    }
    others[at] = other;
    similarities[at] = similarity;
  }

  /** Whether a neighbour comes after the last of those that are kept. */
  isBeyond(other: number, similarity: number): boolean {
    const last = this.size - 1;
    return isBefore(this.others[last]!, this.similarities[last]!, other, similarity);
  }

  /** The last of those that are kept. There has to be one. */
  last(): { other: number; similarity: number } {
    const last = this.size - 1;
    return { other: this.others[last]!, similarity: this.similarities[last]! };
  }
}

function isBefore(one: number, similarity: number, other: number, toBeat: number): boolean {
  return similarity === toBeat ? one < other : similarity > toBeat;
}
