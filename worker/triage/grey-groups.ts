import { MIXED_EASE, stackness } from "./threshold";
import type { GreyProblem, Question, Verdict } from "./grey-problem";

/**
 * Items that are together. `dense` and `sparse` are the sums of their vectors and of their sparse features: plain, and where a
 * member is part stack also weighed by how much it is stack, and by the square of that (see `easedDot`).
 */
export type GreyGroup = {
  labels: number[];
  members: number[];
  weight: number;
  dense: Moments<Float64Array> | null;
  sparse: Moments<Map<number, number>> | null;
  anchor: number | null;
  conflicts: Set<number>;
};

type Moments<Sum> = [Sum, Sum, Sum] | [Sum];

/** Two groups near each other: mean similarity by vectors, by sparse features (null: not known), what counts, and a verdict. */
export type GreyLink = {
  a: GreyGroup;
  b: GreyGroup;
  dense: number;
  sparse: number | null;
  quote: number;
  score: number;
  verdict: Verdict | null;
};

/** The groups of the grey zone while they are joined, and the links between them. */
export class GreyGroups {
  private readonly groups = new Map<number, GreyGroup>();
  private readonly near = new Map<GreyGroup, Map<GreyGroup, GreyLink>>();
  private readonly quotes = new Map<number, [number, number][]>();
  private readonly verdicts = new Map<string, Verdict>();

  constructor(private readonly problem: GreyProblem) {
    for (const verdict of problem.verdicts) this.verdicts.set(keyOf(verdict.a, verdict.b), verdict);
    problem.labels.forEach((label, i) => this.add(label, i));
    for (const [i, j] of problem.conflicts) {
      this.groups.get(problem.labels[i]!)!.conflicts.add(problem.labels[j]!);
      this.groups.get(problem.labels[j]!)!.conflicts.add(problem.labels[i]!);
    }
    for (const { i, j, similarity } of problem.quotes ?? []) {
      this.quotes.set(i, [...(this.quotes.get(i) ?? []), [j, similarity]]);
      this.quotes.set(j, [...(this.quotes.get(j) ?? []), [i, similarity]]);
    }
    for (const [i, j] of problem.edges) {
      this.link(this.groups.get(problem.labels[i]!)!, this.groups.get(problem.labels[j]!)!);
    }
  }

  /** The pair to join next, or null. */
  best(): GreyLink | null {
    let best: GreyLink | null = null;
    for (const link of this.links()) {
      if (link.score > this.problem.line && (!best || link.score > best.score)) best = link;
    }
    return best;
  }

  links(): GreyLink[] {
    const all: GreyLink[] = [];
    for (const [a, links] of this.near) {
      for (const link of links.values()) if (link.a === a) all.push(link);
    }
    return all;
  }

  join({ a, b }: GreyLink): void {
    const others = new Set([...this.neighbours(a), ...this.neighbours(b)]);
    for (const one of [a, b]) {
      for (const other of this.neighbours(one)) this.near.get(other)!.delete(one);
      this.near.delete(one);
    }
    absorb(a, b);
    for (const label of b.labels) this.groups.set(label, a);
    others.delete(a);
    others.delete(b);
    for (const other of others) this.link(a, other);
  }

  /** The smallest item of its group, for each item. */
  labels(): number[] {
    const labels = [...this.problem.labels];
    for (const group of new Set(this.groups.values())) {
      const first = Math.min(...group.labels);
      for (const i of group.members) labels[i] = first;
    }
    return labels;
  }

  /** One pair of reports for each two groups of the beginning that lie in the zone and that no verdict is known about. */
  questions(): Question[] {
    return this.asked.sort((x, y) => y.similarity - x.similarity).map(({ a, b }) => ({ a, b }));
  }

  private readonly asked: (Question & { similarity: number })[] = [];

  private add(label: number, i: number): void {
    const { vectors, features, weights, scales, stackShares, anchors } = this.problem;
    const weight = weights[i]!;
    const stack = stackness(stackShares[i]!);
    const vector = vectors[i] ?? null;
    const own: GreyGroup = {
      labels: [label],
      members: [i],
      weight: vector ? weight : 0,
      dense: vector
        ? momentsOf(weight, stack, (by) => Float64Array.from(vector, (value) => value * by))
        : null,
      sparse: features[i]
        ? momentsOf(weight, stack, (by) => scaled(features[i]!, scales[i]! * by))
        : null,
      anchor: anchors[i] ?? null,
      conflicts: new Set(),
    };
    const group = this.groups.get(label);
    if (group) absorb(group, own);
    else this.groups.set(label, own);
  }

  private neighbours(group: GreyGroup): GreyGroup[] {
    return [...(this.near.get(group)?.keys() ?? [])];
  }

  private link(a: GreyGroup, b: GreyGroup): void {
    if (a === b || this.near.get(a)?.has(b) || !mayMeet(a, b)) return;
    if (!a.dense || !b.dense) return;
    const pairs = a.weight * b.weight;
    const dense = easedDot(a.dense, b.dense, dotOf) / pairs;
    if (dense <= this.problem.low && this.quoteBetween(a, b) === 0) return;
    const sparse = a.sparse && b.sparse ? easedDot(a.sparse, b.sparse, sparseDot) / pairs : null;
    const verdict = this.verdictOn(a, b);
    const quote = this.quoteBetween(a, b);
    const blended = Math.max(quote, sparse === null ? dense : (dense + sparse) / 2);
    const score = verdict ? (verdict.same ? 2 + blended : -1) : blended;
    const link: GreyLink = { a, b, dense, sparse, quote, score, verdict };
    this.remember(a, b, link);
    this.remember(b, a, link);
    if (!verdict) this.ask(a, b, dense);
  }

  /** The surest quotation between two groups; 0: there is none. */
  private quoteBetween(a: GreyGroup, b: GreyGroup): number {
    let surest = 0;
    for (const i of a.members) {
      for (const [j, similarity] of this.quotes.get(i) ?? []) {
        if (similarity > surest && this.groups.get(this.problem.labels[j]!) === b)
          surest = similarity;
      }
    }
    return surest;
  }

  private remember(from: GreyGroup, to: GreyGroup, link: GreyLink): void {
    const links = this.near.get(from);
    if (links) links.set(to, link);
    else this.near.set(from, new Map([[to, link]]));
  }

  /** What the verdicts on pairs of the two groups say together; as many for as against is against. */
  private verdictOn(a: GreyGroup, b: GreyGroup): Verdict | null {
    if (this.verdicts.size === 0) return null;
    const found: Verdict[] = [];
    for (const i of a.members) {
      for (const j of b.members) {
        const verdict = this.verdicts.get(keyOf(this.problem.ids[i]!, this.problem.ids[j]!));
        if (verdict) found.push(verdict);
      }
    }
    const same = found.filter((one) => one.same);
    const different = found.filter((one) => !one.same);
    return (same.length > different.length ? same[0] : different[0]) ?? null;
  }

  private ask(a: GreyGroup, b: GreyGroup, similarity: number): void {
    if (a.labels.length > 1 || b.labels.length > 1) return;
    const [i, j] = this.nearest(a, b);
    this.asked.push({ a: this.problem.ids[i]!, b: this.problem.ids[j]!, similarity });
  }

  private nearest(a: GreyGroup, b: GreyGroup): [number, number] {
    const nearestTo = (group: GreyGroup, sum: Float64Array): number => {
      let best = group.members[0]!;
      let highest = -Infinity;
      for (const i of group.members) {
        const vector = this.problem.vectors[i];
        const similarity = vector ? dotOf(sum, vector) : -Infinity;
        if (similarity > highest) [best, highest] = [i, similarity];
      }
      return best;
    };
    return [nearestTo(a, b.dense![0]), nearestTo(b, a.dense![0])];
  }
}

function mayMeet(a: GreyGroup, b: GreyGroup): boolean {
  if (a.anchor !== null && b.anchor !== null && a.anchor !== b.anchor) return false;
  return !b.labels.some((label) => a.conflicts.has(label));
}

function absorb(a: GreyGroup, b: GreyGroup): void {
  for (const label of b.labels) if (!a.labels.includes(label)) a.labels.push(label);
  a.members.push(...b.members);
  a.anchor ??= b.anchor;
  for (const enemy of b.conflicts) a.conflicts.add(enemy);
  // A group of which one member has no features is measured by vectors only.
  if (!b.dense) return;
  a.weight += b.weight;
  if (!a.dense) [a.dense, a.sparse] = [b.dense, b.sparse];
  else {
    a.dense = added(a.dense, b.dense, addVector, () => new Float64Array(b.dense![0].length));
    a.sparse = a.sparse && b.sparse && added(a.sparse, b.sparse, addFeatures, () => new Map());
  }
}

/** A text has one sum only: its others are zero. */
function momentsOf<Sum>(weight: number, stack: number, times: (by: number) => Sum): Moments<Sum> {
  if (stack === 0) return [times(weight)];
  return [times(weight), times(weight * stack), times(weight * stack * stack)];
}

function added<Sum>(
  a: Moments<Sum>,
  b: Moments<Sum>,
  add: (into: Sum, from: Sum) => void,
  zero: () => Sum,
): Moments<Sum> {
  const sum: Moments<Sum> = a.length === 3 || b.length === 1 ? a : [a[0], zero(), zero()];
  for (let i = 0; i < b.length; i++) add(sum[i]!, b[i]!);
  return sum;
}

/**
 * The sum of `mixedEase · y·y'` over all pairs of two groups, with y the scaled vector of a report and s how much of
 * it is stack. `(1 + e (s - s')²) y·y'` is `y·y' + e (s²y·y' - 2 sy·s'y' + y·s'²y')`, so that sums of y, sy and s²y are enough.
 */
function easedDot<Sum>(a: Moments<Sum>, b: Moments<Sum>, dot: (x: Sum, y: Sum) => number): number {
  let mixed = 0;
  if (a.length === 3) mixed += dot(a[2], b[0]);
  if (b.length === 3) mixed += dot(a[0], b[2]);
  if (a.length === 3 && b.length === 3) mixed -= 2 * dot(a[1], b[1]);
  return dot(a[0], b[0]) + MIXED_EASE * mixed;
}

function addVector(into: Float64Array, from: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i] = into[i]! + from[i]!;
}

function addFeatures(into: Map<number, number>, from: Map<number, number>): void {
  for (const [key, weight] of from) into.set(key, (into.get(key) ?? 0) + weight);
}

function scaled({ keys, weights }: { keys: Uint32Array; weights: Float32Array }, scale: number) {
  const sum = new Map<number, number>();
  for (let i = 0; i < keys.length; i++) sum.set(keys[i]!, weights[i]! * scale);
  return sum;
}

function sparseDot(a: Map<number, number>, b: Map<number, number>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let total = 0;
  for (const [key, weight] of small) total += weight * (large.get(key) ?? 0);
  return total;
}

function dotOf(a: Float64Array, b: Float64Array | Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function keyOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
