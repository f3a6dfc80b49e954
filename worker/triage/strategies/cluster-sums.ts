import { dot, dotOfSums } from "../vectors/dot";

/** A group of items: the places of those that have a vector, and the sum of their vectors while it is kept. */
export type Summed = { members: number[]; sum: Float64Array | null };

/** Sums that are kept at once: 6 kB each at 768 dimensions. Any other is made again from its members. */
const KEPT_SUMS = 512;

/**
 * Totals of dot products between groups, in float64: the product of their sums. A group of one needs no sum. Sums are made
 * when they are asked for, and only the last used are kept, so that memory stays bounded whatever is joined. `work` counts
 * multiply-adds.
 */
export class ClusterSums {
  private readonly kept = new Set<Summed>();
  private readonly spare: Float64Array[] = [];
  work = 0;

  /** `factors`: what each item's vector is multiplied by. */
  constructor(
    private readonly vectors: readonly (Float32Array | null)[],
    private readonly factors: readonly number[],
  ) {}

  /** The sum of all dot products between items of `a` and items of `b`. Both need a vector at least. */
  total(a: Summed, b: Summed): number {
    const [i, j] = [a.members[0]!, b.members[0]!];
    const scale = this.scaleOf(a) * this.scaleOf(b);
    this.work += this.vectors[i]!.length;
    if (a.members.length === 1 && b.members.length === 1) {
      return dot(this.vectors[i]!, this.vectors[j]!) * scale;
    }
    return dotOfSums(this.vectorOf(a), this.vectorOf(b)) * scale;
  }

  /** The sum of a group's vectors; owned by this object. */
  sumOf(group: Summed): Float64Array {
    if (group.sum) {
      this.keep(group, group.sum);
      return group.sum;
    }
    const { length } = this.vectors[group.members[0]!]!;
    const sum = this.spare.pop()?.fill(0) ?? new Float64Array(length);
    this.addMembers(sum, group.members);
    this.keep(group, sum);
    return sum;
  }

  /** Moves the members of `b` into `a`, and goes on with a sum where there is one. */
  absorb(a: Summed, b: Summed): void {
    const sum = a.sum ?? b.sum;
    if (a.sum && b.sum) {
      addInto(a.sum, b.sum, 1);
      this.spare.push(b.sum);
    } else if (sum) this.addMembers(sum, a.sum ? b.members : a.members);
    for (const member of b.members) a.members.push(member);
    this.kept.delete(b);
    b.sum = null;
    if (sum) this.keep(a, sum);
  }

  private scaleOf(group: Summed): number {
    return group.members.length === 1 ? this.factors[group.members[0]!]! : 1;
  }

  private vectorOf(group: Summed): Float32Array | Float64Array {
    return group.members.length === 1 ? this.vectors[group.members[0]!]! : this.sumOf(group);
  }

  private addMembers(sum: Float64Array, members: readonly number[]): void {
    for (const i of members) addInto(sum, this.vectors[i]!, this.factors[i]!);
    this.work += sum.length * members.length;
  }

  /** Marks a sum as the last used, and lets go of the one that was not used for longest. */
  private keep(group: Summed, sum: Float64Array): void {
    group.sum = sum;
    this.kept.delete(group);
    this.kept.add(group);
    if (this.kept.size <= KEPT_SUMS) return;
    const oldest = this.kept.values().next().value!;
    this.kept.delete(oldest);
    this.spare.push(oldest.sum!);
    oldest.sum = null;
  }
}

function addInto(sum: Float64Array, vector: Float32Array | Float64Array, factor: number): void {
  for (let d = 0; d < sum.length; d++) sum[d] = sum[d]! + vector[d]! * factor;
}
