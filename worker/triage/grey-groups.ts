import type { GreyProblem, Question, Verdict } from "./grey-problem";
import { GreySums, type Summed } from "./grey-sums";
import { nearnessInTime, shortestGap } from "./nearness-in-time";
import { MergeQueue } from "./strategies/merge-queue";

/**
 * Items that are together. `first` is the smallest of its labels, and its name; `weight` counts the reports that have a
 * vector; `told`: all of these have sparse features; `dates`, ascending, of those that have one.
 */
export type GreyGroup = Summed & {
  first: number;
  labels: number[];
  weight: number;
  told: boolean;
  dates: number[];
  anchor: number | null;
  conflicts: Set<number>;
  links: Map<GreyGroup, GreyLink>;
  verdicts: Map<GreyGroup, Verdict[]>;
};

/** Two groups near each other: mean similarity by vectors, by sparse features (null: not known), the shortest time between their reports, what counts, and a verdict; `totals` are over all pairs. */
export type GreyLink = {
  a: GreyGroup;
  b: GreyGroup;
  dense: number;
  sparse: number | null;
  quote: number;
  /** Whether the quotation decides. */
  quoted: boolean;
  gap: number | null;
  score: number;
  verdict: Verdict | null;
  totals: { dense: number; sparse: number | null };
};

/**
 * What is known of all pairs of two groups: totals of similarities (null: not added up), the surest quotation (0: none), and
 * the shortest time between two of their reports (undefined: not looked for).
 */
type Between = {
  dense: number | null;
  sparse: number | null;
  quote: number;
  gap?: number | null;
};

type Offer = { similarity: number; a: number; b: number; link: GreyLink };

/** Questions that are told: more than a judge is asked in one batch. */
const QUESTIONS_TOLD = 20;
const LINKS_A_STEP = 16;
/**
 * A quotation joins where likeness does not, and after all that likeness joins: two people's words meet before one of them is half
 * of a group with a crash, which shares few words with anybody. This sets them behind, and in order among themselves.
 */
const BEHIND = 1e-6;

/** The groups of the grey zone while they are joined, and the links between them. */
export class GreyGroups {
  private readonly groups = new Map<number, GreyGroup>();
  private readonly queue = new MergeQueue<Offer>();
  private readonly sums: GreySums;
  private readonly asked: { a: number; b: number; distance: number }[] = [];

  constructor(private readonly problem: GreyProblem) {
    this.sums = new GreySums(problem);
    problem.labels.forEach((label, i) => this.add(label, i));
    for (const [i, j] of problem.conflicts) {
      this.groupOf(i).conflicts.add(problem.labels[j]!);
      this.groupOf(j).conflicts.add(problem.labels[i]!);
    }
    for (const { dates } of this.groups.values()) dates.sort((x, y) => x - y);
    this.noteVerdicts();
  }

  /** Links the groups that an edge leads between; first of all. Yields its work. */
  *linkAll(): Generator<number, void> {
    const quotes = this.surestQuotes();
    const seen = new Set<string>();
    for (const [i, j] of this.problem.edges) {
      const [a, b] = [this.groupOf(i), this.groupOf(j)];
      const key = keyOf(a.first, b.first);
      if (a === b || seen.has(key)) continue;
      seen.add(key);
      const link = this.link(a, b, { dense: null, sparse: null, quote: quotes.get(key) ?? 0 });
      if (link && !link.verdict) {
        const distance = Math.abs(link.score - this.problem.line);
        this.asked.push({ a: a.first, b: b.first, distance });
      }
      if (seen.size % LINKS_A_STEP === 0) yield this.sums.takeWork();
    }
  }

  /** The pair to join next, or null. */
  best(): GreyLink | null {
    for (let next = this.queue.pop(); next; next = this.queue.pop()) {
      const { link } = next;
      if (link.a.links.get(link.b) === link) return link;
    }
    return null;
  }

  links(): GreyLink[] {
    const groups = [...new Set(this.groups.values())];
    return groups.flatMap((group) => [...group.links.values()].filter(({ a }) => a === group));
  }

  /** Joins a pair; what was near to one of the two is compared with both as one. Yields its work. */
  *join(link: GreyLink): Generator<number, void> {
    const isLarger = link.a.labels.length >= link.b.labels.length;
    const [a, b] = isLarger ? [link.a, link.b] : [link.b, link.a];
    const others = new Map<GreyGroup, Between>();
    for (const other of [...a.links.keys(), ...b.links.keys()]) {
      others.set(other, together(a.links.get(other), b.links.get(other)));
      for (const one of [a, b]) other.links.delete(one);
    }
    a.links.clear();
    b.links.clear();
    others.delete(a);
    others.delete(b);
    this.absorb(a, b);
    let steps = 0;
    for (const [other, between] of others) {
      this.link(a, other, between);
      steps += 1;
      if (steps % LINKS_A_STEP === 0) yield this.sums.takeWork();
    }
    yield this.sums.takeWork();
  }

  /** The smallest item of its group, for each item. */
  labels(): number[] {
    return this.problem.labels.map((label) => this.groups.get(label)!.first);
  }

  /**
   * One pair of reports for each two groups of the beginning that lie in the zone and that no verdict is known about, those
   * nearest to the line first.
   */
  questions(): Question[] {
    const { ids, labels, vectors } = this.problem;
    const told = this.asked
      .sort((x, y) => x.distance - y.distance || x.a - y.a || x.b - y.b)
      .slice(0, QUESTIONS_TOLD);
    const members = new Map(told.flatMap(({ a, b }) => [a, b]).map((label) => [label, alone()]));
    labels.forEach((label, i) => {
      if (vectors[i]) members.get(label)?.members.push(i);
    });
    return told.map(({ a, b }) => {
      const [left, right] = [members.get(a)!, members.get(b)!];
      return {
        a: ids[this.sums.nearest(left, right)]!,
        b: ids[this.sums.nearest(right, left)]!,
      };
    });
  }

  private groupOf(i: number): GreyGroup {
    return this.groups.get(this.problem.labels[i]!)!;
  }

  private add(label: number, i: number): void {
    const { vectors, features, weights, anchors } = this.problem;
    const known = this.groups.get(label);
    const group: GreyGroup = known ?? {
      ...alone(),
      first: label,
      labels: [label],
      weight: 0,
      told: true,
      dates: [],
      anchor: null,
      conflicts: new Set(),
      links: new Map(),
      verdicts: new Map(),
    };
    if (!known) this.groups.set(label, group);
    group.anchor ??= anchors[i] ?? null;
    if (!vectors[i]) return;
    group.members.push(i);
    group.weight += weights[i]!;
    group.told &&= !!features[i];
    const date = this.problem.dates?.of[i] ?? null;
    if (date !== null) group.dates.push(date);
  }

  /** Makes two groups neighbours when they are near enough or one quotes the other; of others nothing is kept. */
  private link(a: GreyGroup, b: GreyGroup, between: Between): GreyLink | null {
    if (!mayMeet(a, b) || a.weight === 0 || b.weight === 0) return null;
    const pairs = a.weight * b.weight;
    const totals = { dense: between.dense ?? this.sums.dense(a, b), sparse: between.sparse };
    const dense = totals.dense / pairs;
    const { quote } = between;
    if (dense <= this.problem.low && quote === 0) return null;
    if (a.told && b.told) totals.sparse ??= this.sums.sparse(a, b);
    const sparse = totals.sparse === null ? null : totals.sparse / pairs;
    const verdict = outcome(a.verdicts.get(b) ?? []);
    const gap = between.gap === undefined ? shortestGap(a.dates, b.dates) : between.gap;
    const inTime = nearnessInTime(gap, this.problem.dates?.spanMs ?? 0);
    const alike = (sparse === null ? dense : (dense + sparse) / 2) + inTime;
    const quoted = !verdict && alike <= this.problem.line && quote > this.problem.line;
    const blended = quoted ? this.problem.line * (1 + BEHIND * quote) : alike;
    const score = verdict ? (verdict.same ? 2 + blended : -1) : blended;
    const link: GreyLink = { a, b, dense, sparse, quote, quoted, gap, score, verdict, totals };
    a.links.set(b, link);
    b.links.set(a, link);
    if (score > this.problem.line) {
      const [first, second] = a.first < b.first ? [a.first, b.first] : [b.first, a.first];
      this.queue.push({ similarity: score, a: first, b: second, link });
    }
    return link;
  }

  private absorb(a: GreyGroup, b: GreyGroup): void {
    this.sums.absorb(a, b);
    a.first = Math.min(a.first, b.first);
    for (const label of b.labels) {
      a.labels.push(label);
      this.groups.set(label, a);
    }
    a.weight += b.weight;
    a.told &&= b.told;
    a.dates = [...a.dates, ...b.dates].sort((x, y) => x - y);
    a.anchor ??= b.anchor;
    for (const enemy of b.conflicts) a.conflicts.add(enemy);
    for (const [other, verdicts] of b.verdicts) {
      other.verdicts.delete(b);
      note(a, other, verdicts);
    }
  }

  /** The surest quotation between two groups, by `keyOf`. */
  private surestQuotes(): Map<string, number> {
    const surest = new Map<string, number>();
    for (const { i, j, similarity } of this.problem.quotes ?? []) {
      const key = keyOf(this.groupOf(i).first, this.groupOf(j).first);
      surest.set(key, Math.max(similarity, surest.get(key) ?? 0));
    }
    return surest;
  }

  private noteVerdicts(): void {
    const { ids, verdicts } = this.problem;
    if (verdicts.length === 0) return;
    const places = new Map(ids.map((id, i) => [id, i]));
    for (const verdict of new Map(verdicts.map((one) => [pairOf(one), one])).values()) {
      const [i, j] = [places.get(verdict.a), places.get(verdict.b)];
      if (i === undefined || j === undefined) continue;
      const [a, b] = [this.groupOf(i), this.groupOf(j)];
      if (a !== b) note(a, b, [verdict]);
    }
  }
}

function alone(): Summed {
  return { members: [], dense: null, sparse: null };
}

/** What is known of two groups as one towards a third. Totals add up where both are known. */
function together(a: GreyLink | undefined, b: GreyLink | undefined): Between {
  const sum = (x: number | null = null, y: number | null = null): number | null =>
    x === null || y === null ? null : x + y;
  return {
    dense: sum(a?.totals.dense, b?.totals.dense),
    sparse: sum(a?.totals.sparse, b?.totals.sparse),
    quote: Math.max(a?.quote ?? 0, b?.quote ?? 0),
    ...(a && b
      ? { gap: a.gap === null || b.gap === null ? (a.gap ?? b.gap) : Math.min(a.gap, b.gap) }
      : {}),
  };
}

function mayMeet(a: GreyGroup, b: GreyGroup): boolean {
  if (a.anchor !== null && b.anchor !== null && a.anchor !== b.anchor) return false;
  return !b.labels.some((label) => a.conflicts.has(label));
}

function note(a: GreyGroup, b: GreyGroup, verdicts: readonly Verdict[]): void {
  const all = [...(a.verdicts.get(b) ?? []), ...verdicts];
  a.verdicts.set(b, all);
  b.verdicts.set(a, all);
}

/** What the verdicts on pairs of two groups say together; as many for as against is against. */
function outcome(verdicts: readonly Verdict[]): Verdict | null {
  const same = verdicts.filter((one) => one.same);
  const different = verdicts.filter((one) => !one.same);
  return (same.length > different.length ? same[0] : different[0]) ?? null;
}

function keyOf(a: number, b: number): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

function pairOf({ a, b }: Verdict): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
