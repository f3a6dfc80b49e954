import type { MemberRow } from "../store/placement";

/** How to find what hangs together with items. Both may answer items that are known already. */
export type MemberLinks = {
  /** Items whose similarity to one of these is above the grey zone's lower end, the nearest first. */
  near(ids: string[]): Iterable<string>;
  find(by: { ids: string[]; fingerprints: string[]; clusterIds: string[] }): Promise<MemberRow[]>;
};

/**
 * Beyond the batch's own neighbours the walk follows similarities to so many items, the nearest first: what it has found by then,
 * with whole clusters and twins, is decided together. Without a bound, one new report in a project of short texts would mean
 * to cluster the project anew; with this one, reports placed one by one score as in one batch on every set tried.
 */
export const WALK_LIMIT = 200;

/**
 * The batch with everything that hangs together with it, for `assign`: items over similarities above the grey zone's lower end,
 * twins by fingerprint, and whole clusters, until nothing is added or the walk has reached its limit. Items that wait for a later
 * batch may have no vector yet: they are placed when their turn comes, and are left out.
 */
export async function loadMembers(
  batch: readonly MemberRow[],
  links: MemberLinks,
): Promise<Map<string, MemberRow>> {
  const waiting = new Set(batch.map((row) => row.id));
  const members = new Map(batch.map((row) => [row.id, row]));
  const asked = { fingerprints: new Set<string>(), clusterIds: new Set<string>() };
  let added = [...batch];
  for (let round = 0; added.length > 0; round++) {
    const room = round === 0 ? Infinity : WALK_LIMIT - members.size;
    const near = room > 0 ? [...links.near(added.map((row) => row.id))] : [];
    const by = {
      ids: near.filter((id) => !members.has(id)).slice(0, room),
      fingerprints: fresh(asked.fingerprints, added, (row) => row.fingerprint),
      clusterIds: fresh(asked.clusterIds, added, (row) => row.clusterId),
    };
    if (Object.values(by).every((list) => list.length === 0)) break;
    const found = await links.find(by);
    added = found.filter(
      (row) => !members.has(row.id) && (row.clusterId !== null || waiting.has(row.id)),
    );
    for (const row of added) members.set(row.id, row);
  }
  return members;
}

/** Values that were not asked for before; they count as asked from now on. */
function fresh(
  asked: Set<string>,
  rows: readonly MemberRow[],
  valueOf: (row: MemberRow) => string | null,
): string[] {
  const values = new Set(rows.map(valueOf).filter((value) => value !== null && !asked.has(value)));
  for (const value of values) asked.add(value!);
  return [...values] as string[];
}
