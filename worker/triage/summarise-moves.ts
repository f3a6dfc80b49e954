import type { WouldMerge, WouldSplit } from "../domain/replay";

/** A report that would be in another cluster than it is. */
export type WouldMove = { feedbackId: string; origin: string; target: string };

const SHOWN = 50;

export type MoveSummary = {
  merges: { total: number; items: WouldMerge[] };
  splits: { total: number; items: WouldSplit[] };
  /** Clusters that are not there yet, and clusters that would have nothing left. */
  created: number;
  emptied: number;
};

/**
 * What moves mean for clusters. `counts`: the reports of every cluster that is there and is named in a move; a target that is
 * not in it is new. A cluster that gets reports of several merges; one whose reports go several ways splits. Pure.
 */
export function summariseMoves(
  moves: readonly WouldMove[],
  counts: ReadonlyMap<string, number>,
): MoveSummary {
  const out = new Map<string, Map<string, number>>();
  const into = new Map<string, Map<string, number>>();
  for (const { origin, target } of moves) {
    add(out, origin, target);
    add(into, target, origin);
  }
  const stays = (id: string) => (counts.get(id) ?? 0) - total(out.get(id));
  const named = (id: string) => (counts.has(id) ? id : null);
  const merges = [...into].flatMap(([id, origins]): WouldMerge[] => {
    const own = named(id) && stays(id) > 0 ? [{ id, reports: stays(id) }] : [];
    const clusters = [...own, ...[...origins].map(([from, reports]) => ({ id: from, reports }))];
    return clusters.length < 2 ? [] : [{ into: named(id), clusters }];
  });
  const splits = [...out].flatMap(([id, targets]): WouldSplit[] => {
    const own = stays(id) > 0 ? [{ into: id, reports: stays(id) }] : [];
    const parts = [...own, ...[...targets].map(([to, reports]) => ({ into: named(to), reports }))];
    return parts.length < 2 ? [] : [{ id, parts }];
  });
  return {
    merges: largest(merges, (one) => one.clusters),
    splits: largest(splits, (one) => one.parts),
    created: [...into.keys()].filter((id) => !counts.has(id)).length,
    emptied: [...out.keys()].filter((id) => stays(id) <= 0 && !into.has(id)).length,
  };
}

function add(map: Map<string, Map<string, number>>, key: string, other: string): void {
  const inner = map.get(key) ?? new Map<string, number>();
  inner.set(other, (inner.get(other) ?? 0) + 1);
  map.set(key, inner);
}

function total(counts: ReadonlyMap<string, number> | undefined): number {
  return [...(counts?.values() ?? [])].reduce((sum, n) => sum + n, 0);
}

function largest<T>(all: T[], sizes: (one: T) => { reports: number }[]) {
  const sizeOf = (one: T) => sizes(one).reduce((sum, part) => sum + part.reports, 0);
  return {
    total: all.length,
    items: all.sort((x, y) => sizeOf(y) - sizeOf(x)).slice(0, SHOWN),
  };
}
