import { addSum, addVector, dot, dotOfSumWith, dotOfTwoSums } from "../vectors/dot";

/** A group of items: the places of those that have a vector, and the sum of their vectors while it is kept. */
export type Summed = { members: number[]; sum: KeptSum | null };

type KeptSum = { values: Float64Array; owner: Summed | null; isUsed: boolean };

/** Sums that are kept at once: 6 kB each at 768 dimensions. Any other is made again from its members. */
const KEPT_SUMS = 512;

/**
 * Totals of dot products between groups, in float64: the product of their sums. A group of one needs no sum. Sums are made
 * when they are asked for, and only the last used are kept, so that memory stays bounded whatever is joined. `work` counts
 * multiply-adds.
 */
export class ClusterSums {
  private readonly kept: KeptSum[] = [];
  private readonly spare: KeptSum[] = [];
  private hand = 0;
  work = 0;

  /** `factors`: what each item's vector is multiplied by. */
  constructor(
    private readonly vectors: readonly (Float32Array | null)[],
    private readonly factors: readonly number[],
  ) {}

  /** The work since it was last taken. */
  takeWork(): number {
    const { work } = this;
    this.work = 0;
    return work;
  }

  /** The sum of all dot products between items of `a` and items of `b`. Both need a vector at least. */
  total(a: Summed, b: Summed): number {
    const [i, j] = [a.members[0]!, b.members[0]!];
    const [x, y] = [this.vectors[i]!, this.vectors[j]!];
    this.work += x.length;
    if (a.members.length > 1 && b.members.length > 1) {
      return dotOfTwoSums(this.sumOf(a), this.sumOf(b, a));
    }
    if (a.members.length > 1) return dotOfSumWith(this.sumOf(a), y) * this.factors[j]!;
    if (b.members.length > 1) return dotOfSumWith(this.sumOf(b), x) * this.factors[i]!;
    return dot(x, y) * this.factors[i]! * this.factors[j]!;
  }

  /** The sum of a group's vectors; owned by this object. Asking for it does not take away the one of `beside`. */
  sumOf(group: Summed, beside: Summed | null = null): Float64Array {
    if (!group.sum) {
      group.sum = this.room(group.members[0]!, beside);
      group.sum.owner = group;
      group.sum.values.fill(0);
      this.addMembers(group.sum.values, group.members);
    }
    group.sum.isUsed = true;
    return group.sum.values;
  }

  /** Moves the members of `b` into `a`, and goes on with a sum where there is one. */
  absorb(a: Summed, b: Summed): void {
    const sum = a.sum ?? b.sum;
    if (a.sum && b.sum) {
      addSum(a.sum.values, b.sum.values);
      b.sum.owner = null;
      this.spare.push(b.sum);
    } else if (sum) this.addMembers(sum.values, a.sum ? b.members : a.members);
    for (const member of b.members) a.members.push(member);
    b.sum = null;
    a.sum = sum;
    if (sum) sum.owner = a;
  }

  private addMembers(sum: Float64Array, members: readonly number[]): void {
    for (const i of members) addVector(sum, this.vectors[i]!, this.factors[i]!);
    this.work += sum.length * members.length;
  }

  /** Room for one more sum: that of a group whose sum was not used for about the longest time, when there is no other. */
  private room(item: number, beside: Summed | null): KeptSum {
    const spare = this.spare.pop();
    if (spare) return spare;
    if (this.kept.length < KEPT_SUMS) {
      const values = new Float64Array(this.vectors[item]!.length);
      const made = { values, owner: null, isUsed: true };
      this.kept.push(made);
      return made;
    }
    for (;;) {
      this.hand = (this.hand + 1) % KEPT_SUMS;
      const next = this.kept[this.hand]!;
      if (!next.owner || next.owner === beside) continue;
      if (next.isUsed) next.isUsed = false;
      else {
        next.owner.sum = null;
        return next;
      }
    }
  }
}
