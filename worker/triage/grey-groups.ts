import type { GreyProblem, Question, Verdict } from "./grey-zone";

/** Items that are together. `dense` and `sparse` are the sums of their vectors and of their sparse features. */
export type GreyGroup = {
  labels: number[];
  members: number[];
  weight: number;
  dense: Float64Array | null;
  sparse: Map<number, number> | null;
  anchor: number | null;
  conflicts: Set<number>;
};

/** Two groups near each other: mean similarity by vectors, by sparse features (null: not known), what counts, and a verdict. */
export type GreyLink = {
  a: GreyGroup;
  b: GreyGroup;
  dense: number;
  sparse: number | null;
  score: number;
  verdict: Verdict | null;
};

/** The groups of the grey zone while they are joined, and the links between them. */
export class GreyGroups {
  private readonly groups = new Map<number, GreyGroup>();
  private readonly near = new Map<GreyGroup, Map<GreyGroup, GreyLink>>();
  private readonly verdicts = new Map<string, Verdict>();

  constructor(private readonly problem: GreyProblem) {
    for (const verdict of problem.verdicts) this.verdicts.set(keyOf(verdict.a, verdict.b), verdict);
    problem.labels.forEach((label, i) => this.add(label, i));
    for (const [i, j] of problem.conflicts) {
      this.groups.get(problem.labels[i]!)!.conflicts.add(problem.labels[j]!);
      this.groups.get(problem.labels[j]!)!.conflicts.add(problem.labels[i]!);
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
    return this.asked
      .sort((x, y) => y.similarity - x.similarity)
      .map(({ a, b }) => ({ a, b }));
  }

  private readonly asked: (Question & { similarity: number })[] = [];

  private add(label: number, i: number): void {
    const { vectors, features, scales, anchors } = this.problem;
    const vector = vectors[i] ?? null;
    const own: GreyGroup = {
      labels: [label],
      members: [i],
      weight: vector ? 1 : 0,
      dense: vector ? Float64Array.from(vector) : null,
      sparse: features[i] ? scaled(features[i], scales[i]!) : null,
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
    const pairs = a.weight * b.weight;
    if (!a.dense || !b.dense || pairs === 0) return;
    const dense = dotOf(a.dense, b.dense) / pairs;
    if (dense <= this.problem.low) return;
    const sparse = a.sparse && b.sparse ? sparseDot(a.sparse, b.sparse) / pairs : null;
    const verdict = this.verdictOn(a, b);
    const blended = sparse === null ? dense : (dense + sparse) / 2;
    const score = verdict ? (verdict.same ? 2 + blended : -1) : blended;
    const link: GreyLink = { a, b, dense, sparse, score, verdict };
    this.remember(a, b, link);
    this.remember(b, a, link);
    if (!verdict) this.ask(a, b, dense);
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
    return [nearestTo(a, b.dense!), nearestTo(b, a.dense!)];
  }
}

function mayMeet(a: GreyGroup, b: GreyGroup): boolean {
  if (a.anchor !== null && b.anchor !== null && a.anchor !== b.anchor) return false;
  return !b.labels.some((label) => a.conflicts.has(label));
}

function absorb(a: GreyGroup, b: GreyGroup): void {
  for (const label of b.labels) if (!a.labels.includes(label)) a.labels.push(label);
  a.members.push(...b.members);
  a.weight += b.weight;
  a.anchor ??= b.anchor;
  for (const enemy of b.conflicts) a.conflicts.add(enemy);
  // A group of which one member has no features is measured by vectors only.
  a.sparse = a.dense && b.dense ? added(a.sparse, b.sparse) : a.dense ? a.sparse : b.sparse;
  if (!a.dense) a.dense = b.dense;
  else if (b.dense) for (let i = 0; i < a.dense.length; i++) a.dense[i] = a.dense[i]! + b.dense[i]!;
}

function added(a: Map<number, number> | null, b: Map<number, number> | null) {
  if (!a || !b) return null;
  for (const [key, weight] of b) a.set(key, (a.get(key) ?? 0) + weight);
  return a;
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
