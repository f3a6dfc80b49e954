import type { SparseFeatures } from "./embedders/embedder";
import type { GreyProblem } from "./grey-problem";
import { MIXED_EASE, mixedEase, stackness } from "./threshold";
import { addSum, addVector, dot, dotOfSumWith, dotOfTwoSums } from "./vectors/dot";
import { sparseDot } from "./vectors/rerank";

/** Items that are together: the places of those that have a vector, and their sums, made when they are first needed. */
export type Summed = {
  members: number[];
  dense: Moments<Float64Array> | null;
  sparse: Moments<SparseSum> | null;
};

/** Sums of y, s y and s² y, with y the weighed vectors of the items and s how much of each is stack; of texts the first only. */
type Moments<Sum> = [Sum, Sum, Sum] | [Sum];

/** Added-up sparse features, by ascending key. */
type SparseSum = { keys: Uint32Array; weights: Float32Array | Float64Array };

/** Up to so many pairs of items are compared one by one: cheaper than to add up their vectors first. */
const FEW_PAIRS = 24;

/**
 * Totals of similarities over all pairs of two groups, by vectors and by sparse features, both scaled and eased
 * (`mixedEase`). `work` counts multiply-adds.
 */
export class GreySums {
  work = 0;

  constructor(
    private readonly problem: Pick<
      GreyProblem,
      "vectors" | "features" | "weights" | "scales" | "stackShares"
    >,
  ) {}

  takeWork(): number {
    const { work } = this;
    this.work = 0;
    return work;
  }

  dense(a: Summed, b: Summed): number {
    if (a.members.length * b.members.length <= FEW_PAIRS) return this.each(a, b, this.densePair);
    return easedDot(this.denseOf(a), this.denseOf(b), (x, y) => {
      this.work += x.length;
      return dotOfTwoSums(x, y);
    });
  }

  /** Every item of both needs features. */
  sparse(a: Summed, b: Summed): number {
    if (a.members.length * b.members.length <= FEW_PAIRS) return this.each(a, b, this.sparsePair);
    return easedDot(this.sparseOf(a), this.sparseOf(b), (x, y) => this.sparseDot(x, y));
  }

  /** Moves the items of `b` into `a`; sums go along where one of the two has some. */
  absorb(a: Summed, b: Summed): void {
    if (a.dense || b.dense) a.dense = added(this.denseOf(a), this.denseOf(b), addDense);
    if (a.sparse || b.sparse) {
      a.sparse = added(this.sparseOf(a), this.sparseOf(b), (x, y) => this.addSparse(x, y));
    }
    for (const member of b.members) a.members.push(member);
    b.dense = null;
    b.sparse = null;
  }

  /** The item of `of` whose vector is nearest to the sum of `to`. */
  nearest(of: Summed, to: Summed): number {
    const [sum] = this.denseOf(to);
    let best = of.members[0]!;
    let highest = -Infinity;
    for (const i of of.members) {
      const similarity = dotOfSumWith(sum, this.problem.vectors[i]!);
      if (similarity > highest) [best, highest] = [i, similarity];
    }
    return best;
  }

  private each(a: Summed, b: Summed, pair: (i: number, j: number) => number): number {
    const { weights, stackShares } = this.problem;
    let total = 0;
    for (const i of a.members) {
      for (const j of b.members) {
        const ease = mixedEase([stackShares[i]!, stackShares[j]!]);
        total += weights[i]! * weights[j]! * ease * pair(i, j);
      }
    }
    return total;
  }

  private readonly densePair = (i: number, j: number): number => {
    const { vectors } = this.problem;
    this.work += vectors[i]!.length;
    return dot(vectors[i]!, vectors[j]!);
  };

  private readonly sparsePair = (i: number, j: number): number => {
    const { features, scales } = this.problem;
    return scales[i]! * scales[j]! * this.sparseDot(features[i]!, features[j]!);
  };

  private sparseDot(a: SparseSum, b: SparseSum): number {
    this.work += 2 * (a.keys.length + b.keys.length);
    return sparseDot(a, b);
  }

  private denseOf(group: Summed): Moments<Float64Array> {
    const { vectors } = this.problem;
    return (group.dense ??= this.momentsOf(group, (factors) => {
      const sum = new Float64Array(vectors[group.members[0]!]!.length);
      group.members.forEach((i, at) => addVector(sum, vectors[i]!, factors[at]!));
      this.work += sum.length * group.members.length;
      return sum;
    }));
  }

  private sparseOf(group: Summed): Moments<SparseSum> {
    const { features, scales } = this.problem;
    return (group.sparse ??= this.momentsOf(group, (factors) =>
      this.sumOfFeatures(
        group.members.map((i, at) => scaled(features[i]!, scales[i]! * factors[at]!)),
      ),
    ));
  }

  private momentsOf<Sum>(group: Summed, sumBy: (factors: number[]) => Sum): Moments<Sum> {
    const { weights, stackShares } = this.problem;
    const own = group.members.map((i) => weights[i]!);
    const stack = group.members.map((i) => stackness(stackShares[i]!));
    if (stack.every((s) => s === 0)) return [sumBy(own)];
    return [
      sumBy(own),
      sumBy(own.map((weight, at) => weight * stack[at]!)),
      sumBy(own.map((weight, at) => weight * stack[at]! ** 2)),
    ];
  }

  /** Adds up by halves: each feature is moved log₂ n times. */
  private sumOfFeatures(all: readonly SparseSum[]): SparseSum {
    if (all.length === 1) return all[0]!;
    const half = all.length >> 1;
    return this.addSparse(
      this.sumOfFeatures(all.slice(0, half)),
      this.sumOfFeatures(all.slice(half)),
    );
  }

  private addSparse(a: SparseSum, b: SparseSum): SparseSum {
    this.work += 4 * (a.keys.length + b.keys.length);
    const keys = new Uint32Array(a.keys.length + b.keys.length);
    const weights = new Float64Array(keys.length);
    let [i, j, n] = [0, 0, 0];
    while (i < a.keys.length && j < b.keys.length) {
      const left = a.keys[i]!;
      const right = b.keys[j]!;
      keys[n] = left < right ? left : right;
      weights[n] = (left <= right ? a.weights[i]! : 0) + (right <= left ? b.weights[j]! : 0);
      n += 1;
      if (left <= right) i += 1;
      if (right <= left) j += 1;
    }
    for (; i < a.keys.length; i++, n++) {
      keys[n] = a.keys[i]!;
      weights[n] = a.weights[i]!;
    }
    for (; j < b.keys.length; j++, n++) {
      keys[n] = b.keys[j]!;
      weights[n] = b.weights[j]!;
    }
    return { keys: keys.subarray(0, n), weights: weights.subarray(0, n) };
  }
}

function scaled({ keys, weights }: SparseFeatures, by: number): SparseSum {
  const products = new Float64Array(weights.length);
  for (let k = 0; k < products.length; k++) products[k] = weights[k]! * by;
  return { keys, weights: products };
}

function addDense(a: Float64Array, b: Float64Array): Float64Array {
  addSum(a, b);
  return a;
}

function added<Sum>(a: Moments<Sum>, b: Moments<Sum>, add: (x: Sum, y: Sum) => Sum): Moments<Sum> {
  const first = add(a[0], b[0]);
  if (a.length === 3 && b.length === 3) return [first, add(a[1], b[1]), add(a[2], b[2])];
  const mixed = a.length === 3 ? a : b;
  return mixed.length === 3 ? [first, mixed[1], mixed[2]] : [first];
}

/**
 * The sum of `mixedEase · y·y'` over all pairs of two groups, with y the scaled vector of a report and s how much of
 * it is stack. `(1 + e (s - s')²) y·y'` is `y·y' + e (s²y·y' - 2 sy·s'y' + y·s'²y')`, so that sums of y, sy and s²y are enough.
 */
function easedDot<Sum>(a: Moments<Sum>, b: Moments<Sum>, dotOf: (x: Sum, y: Sum) => number) {
  let mixed = 0;
  if (a.length === 3) mixed += dotOf(a[2], b[0]);
  if (b.length === 3) mixed += dotOf(a[0], b[2]);
  if (a.length === 3 && b.length === 3) mixed -= 2 * dotOf(a[1], b[1]);
  return dotOf(a[0], b[0]) + MIXED_EASE * mixed;
}
