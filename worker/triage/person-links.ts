import type { LinkKind } from "../domain/operation";

/** One report's side of an operation's links. `revision` orders operations. */
export type LinkRow = {
  operationId: string;
  revision: number;
  kind: LinkKind;
  feedbackId: string;
  side: number;
};

type Side = { operationId: string; revision: number; kind: LinkKind; side: number };

/** What holds between two reports: the newest word about them. */
export type Held = { kind: LinkKind; operationId: string };

/**
 * What persons said about pairs of reports, from the operations that are not undone. Operations speak of sets (all on one
 * side with, or without, all on the other), so pairs are never written out. Of several words about a pair the newest holds.
 */
export class PersonLinks {
  readonly #sides = new Map<string, Side[]>();
  readonly rows: readonly LinkRow[];

  constructor(rows: Iterable<LinkRow>) {
    this.rows = [...rows];
    for (const { feedbackId, ...side } of this.rows) {
      const sides = this.#sides.get(feedbackId);
      if (sides) sides.push(side);
      else this.#sides.set(feedbackId, [side]);
    }
    for (const sides of this.#sides.values()) sides.sort((x, y) => y.revision - x.revision);
  }

  has(id: string): boolean {
    return this.#sides.has(id);
  }

  /** The newest word about a pair, or null when nobody said anything. */
  between(a: string, b: string): Held | null {
    const others = this.#sides.get(b);
    if (!others) return null;
    for (const { operationId, kind, side } of this.#sides.get(a) ?? []) {
      const met = others.some(
        (one) => one.operationId === operationId && one.kind === kind && one.side !== side,
      );
      if (met) return { kind, operationId };
    }
    return null;
  }

  /** Some pair of the two sets of which this holds. Reports that are in the same operations are looked at once. */
  find(left: Iterable<string>, right: Iterable<string>, kind: LinkKind): Held | null {
    const others = [...this.#alike(right)];
    for (const a of this.#alike(left)) {
      for (const b of others) {
        const held = a === b ? null : this.between(a, b);
        if (held?.kind === kind) return held;
      }
    }
    return null;
  }

  /** A word about some of these reports and any known one that the given places break. Reports without a place do not count. */
  brokenBy(
    ids: readonly string[],
    known: readonly string[],
    placeOf: (id: string) => string | undefined,
  ): Held | null {
    for (const place of new Set(ids.map(placeOf))) {
      if (place === undefined) continue;
      const here = ids.filter((id) => placeOf(id) === place);
      const there = known.filter((id) => placeOf(id) === place);
      const elsewhere = known.filter((id) => placeOf(id) !== undefined && placeOf(id) !== place);
      const broken = this.find(here, there, "cannot") ?? this.find(here, elsewhere, "must");
      if (broken) return broken;
    }
    return null;
  }

  /** One of each kind of reports that nothing tells apart. */
  *#alike(ids: Iterable<string>): Iterable<string> {
    const seen = new Set<string>();
    for (const id of ids) {
      const sides = this.#sides.get(id);
      if (!sides) continue;
      const key = sides.map((one) => `${one.operationId}${one.kind}${one.side}`).join();
      if (seen.has(key)) continue;
      seen.add(key);
      yield id;
    }
  }
}

type Placed = { id: string; clusterId: string | null };

/**
 * Pairs for `assign`. Members of one frozen cluster are one block there, so one of them stands for all, and nothing is
 * said between frozen clusters, which never meet.
 */
export function pairsForAssign(
  items: readonly Placed[],
  frozen: ReadonlySet<string>,
  links: PersonLinks,
): { mustLink: [string, string][]; cannotLink: [string, string][] } {
  const blockOf = ({ id, clusterId }: Placed) =>
    clusterId !== null && frozen.has(clusterId) ? clusterId : id;
  const pairs = {
    must: new Map<string, [string, string]>(),
    cannot: new Map<string, [string, string]>(),
  };
  const linked = items.filter((item) => links.has(item.id));
  for (const item of linked.filter((one) => blockOf(one) === one.id)) {
    for (const other of linked) {
      if (other.id === item.id) continue;
      const held = links.between(item.id, other.id);
      const key = `${item.id} ${blockOf(other)}`;
      if (held && !pairs[held.kind].has(key)) pairs[held.kind].set(key, [item.id, other.id]);
    }
  }
  return { mustLink: [...pairs.must.values()], cannotLink: [...pairs.cannot.values()] };
}
