import type { AssignItem, Pair } from "./assignment";

type BlocksInput = {
  items: readonly AssignItem[];
  anchors: readonly (number | null)[];
  conflicts: readonly (readonly [number, number])[];
  mustLink: readonly Pair[];
  places: ReadonlyMap<string, number>;
};

/** Pairs of known items, as places in the list. An item has no conflict with itself. */
export function cannotLinks(
  pairs: readonly Pair[],
  places: ReadonlyMap<string, number>,
): [number, number][] {
  return pairs.flatMap(([a, b]) => {
    const i = places.get(a);
    const j = places.get(b);
    return i === undefined || j === undefined || i === j ? [] : [[i, j] as [number, number]];
  });
}

/**
 * Which items are together whatever their vectors say, as one number per item (the smallest place of the block): first
 * the members of each frozen cluster, then must-links, then equal fingerprints. A join that would bring two
 * conflicting items or two anchors together is left out, except inside a frozen cluster, which is as persons made it.
 */
export function startingBlocks(input: BlocksInput): number[] {
  const blocks = new Blocks(input.anchors, input.conflicts);
  for (const members of frozenMembers(input)) {
    for (const i of members.slice(1)) blocks.join(members[0]!, i);
  }
  for (const [a, b] of input.mustLink) {
    const i = input.places.get(a);
    const j = input.places.get(b);
    if (i !== undefined && j !== undefined && blocks.mayJoin(i, j)) blocks.join(i, j);
  }
  for (const twins of sameFingerprint(input)) joinTwins(blocks, twins, input.items);
  return input.items.map((_, i) => blocks.rootOf(i));
}

function frozenMembers({ items, anchors }: BlocksInput): number[][] {
  return groupBy(items, (_, i) => (anchors[i] === null || anchors[i] === 0 ? null : anchors[i]!));
}

/** Twins in the order in which they found a block: frozen clusters, placed items, new items. */
function sameFingerprint({ items, anchors }: BlocksInput): number[][] {
  const rank = (i: number): number => (anchors[i] === null ? 2 : anchors[i] === 0 ? 1 : 0);
  return groupBy(items, (item) => item.fingerprint).map((twins) =>
    twins.sort((i, j) => rank(i) - rank(j) || i - j),
  );
}

/** Twins that share a cluster already stay together, so that a cannot-link parts the same ones every time. */
function joinTwins(blocks: Blocks, twins: number[], items: readonly AssignItem[]): void {
  const atHome = new Map<string, number>();
  for (const i of twins) {
    const home = items[i]!.clusterId;
    if (home === null) continue;
    const first = atHome.get(home);
    if (first === undefined) atHome.set(home, i);
    else if (blocks.mayJoin(first, i)) blocks.join(first, i);
  }
  const founders: number[] = [];
  for (const i of twins) {
    const founder = founders.find((one) => blocks.mayJoin(one, i));
    if (founder === undefined) founders.push(i);
    else blocks.join(founder, i);
  }
}

function groupBy(
  items: readonly AssignItem[],
  keyOf: (item: AssignItem, i: number) => string | number | null,
): number[][] {
  const groups = new Map<string | number, number[]>();
  items.forEach((item, i) => {
    const key = keyOf(item, i);
    if (key === null) return;
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  });
  return [...groups.values()];
}

/** Disjoint sets that know their anchor and their enemies. */
class Blocks {
  private readonly parents: number[];
  private readonly anchors: (number | null)[];
  private readonly enemies: Set<number>[];

  constructor(
    anchors: readonly (number | null)[],
    conflicts: readonly (readonly [number, number])[],
  ) {
    this.parents = anchors.map((_, i) => i);
    this.anchors = [...anchors];
    this.enemies = anchors.map(() => new Set());
    for (const [i, j] of conflicts) {
      this.enemies[i]!.add(j);
      this.enemies[j]!.add(i);
    }
  }

  rootOf(i: number): number {
    let root = i;
    while (this.parents[root] !== root) root = this.parents[root]!;
    while (this.parents[i] !== root) [i, this.parents[i]] = [this.parents[i]!, root];
    return root;
  }

  mayJoin(i: number, j: number): boolean {
    const [a, b] = [this.rootOf(i), this.rootOf(j)];
    if (a === b) return true;
    const [x, y] = [this.anchors[a], this.anchors[b]];
    if (x !== null && y !== null && x !== y) return false;
    return ![...this.enemies[a]!].some((enemy) => this.rootOf(enemy) === b);
  }

  join(i: number, j: number): void {
    const [a, b] = [this.rootOf(i), this.rootOf(j)].sort((x, y) => x - y) as [number, number];
    if (a === b) return;
    this.parents[b] = a;
    this.anchors[a] ??= this.anchors[b]!;
    for (const enemy of this.enemies[b]!) this.enemies[a]!.add(enemy);
  }
}
