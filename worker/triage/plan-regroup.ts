import type { ProjectActor } from "../domain/actor";
import type { ProjectSettings } from "../domain/project";
import type { ReplaySettings } from "../domain/replay";
import { findClustersByIds, type ClusterRow } from "../store/clusters";
import { insertClusters } from "../store/cluster-members";
import type { Db, Statement } from "../store/db";
import { findFeedbackByIds } from "../store/feedback";
import { listMembers } from "../store/placement";
import { chunks } from "../store/operations";
import { refused } from "./decide-change";
import { clusterFrom } from "./new-cluster";
import { isFrozen } from "./load-problem";
import { loadLinks, loadMembership, MOST_REGROUPED } from "./load-membership";
import { afterChange, type Change, type Membership } from "./membership";
import type { Planned } from "./operate";
import type { ReplayMove } from "./replay-tables";

/** What a replay found, ready to be done. `grouping`: the project's settings before and after. */
export type Regrouping = {
  moves: readonly ReplayMove[];
  by: ReplaySettings & { embedderVersion: string };
  grouping?: Record<"before" | "after", ProjectSettings["grouping"]>;
};

/**
 * Does what a replay found, as one operation. What has changed since stays as it is now: reports that were moved, and clusters
 * that a person touched or that were merged. No words about pairs, and no cluster counts as touched: it is the machine's decision.
 */
export async function planRegroup(
  db: Db,
  who: ProjectActor,
  { moves, by, grouping }: Regrouping,
): Promise<Planned> {
  const named = [...new Set(moves.flatMap(({ origin, target }) => [origin, target]))];
  const [rows, places] = await Promise.all([
    findClustersByIds(db, who.projectId, named),
    listMembers(db, who.projectId, {
      ids: moves.map((move) => move.feedbackId),
      fingerprints: [],
      clusterIds: [],
    }),
  ]);
  const present = new Map(places.map((row) => [row.id, row.clusterId]));
  const still = stillTrue(moves, new Map(rows.map((row) => [row.id, row])), present);
  const there = new Set(rows.map((row) => row.id));
  const state = await loadMembership(
    db,
    who,
    still.flatMap(({ origin, target }) => [origin, target]).filter((id) => there.has(id)),
    MOST_REGROUPED,
  );
  const decided = decideRegroup(state, still);
  const effect = grouping ? { ...decided.effect, grouping } : decided.effect;
  const change: Change = { ...decided, effect };
  await keepsWords(db, who, state, change);
  const seeds = new Map(still.map((move) => [move.target, move.feedbackId] as const).reverse());
  const founders = await findFeedbackByIds(
    db,
    who.projectId,
    change.effect.created.map((id) => seeds.get(id)!),
  );
  const founder = new Map(founders.map((row) => [row.id, row]));
  const fresh = change.effect.created.map((id) => clusterFrom(id, founder.get(seeds.get(id)!)!));
  return {
    change,
    about: [...state.problems.keys(), ...change.effect.created],
    first: (now): Statement[] =>
      chunks(fresh).map((some) => insertClusters(db, who.projectId, some, now)),
    ledger: new Map(still.map((move) => [move.feedbackId, reasonOf(move, by)])),
    detail: { ...by, moved: still.length },
  };
}

/** Moves of which everything is as it was when they were found. Pure. */
export function stillTrue(
  moves: readonly ReplayMove[],
  clusters: ReadonlyMap<string, Pick<ClusterRow, "status" | "touchedAt" | "mergedInto">>,
  places: ReadonlyMap<string, string | null>,
): ReplayMove[] {
  const free = (id: string) => {
    const row = clusters.get(id);
    return row === undefined || (row.mergedInto === null && !isFrozen(row));
  };
  return moves.filter(
    ({ feedbackId, origin, target }) =>
      places.get(feedbackId) === origin && clusters.has(origin) && free(origin) && free(target),
  );
}

/** The change that these moves are; targets that are not in `state` are new. A cluster without reports leads to where most went. Pure. */
export function decideRegroup(
  state: Membership,
  found: readonly Pick<ReplayMove, "feedbackId" | "origin" | "target">[],
): Change {
  const moves = found.map(({ feedbackId, origin, target }) => ({
    feedbackId,
    from: origin,
    to: target,
  }));
  const left = new Map<string, number>();
  for (const { clusterId } of state.members.values()) {
    left.set(clusterId, (left.get(clusterId) ?? 0) + 1);
  }
  const ways = new Map<string, Map<string, number>>();
  for (const { from, to } of moves) {
    left.set(from, (left.get(from) ?? 0) - 1);
    left.set(to, (left.get(to) ?? 0) + 1);
    const way = ways.get(from) ?? new Map<string, number>();
    ways.set(from, way.set(to, (way.get(to) ?? 0) + 1));
  }
  const merged = [...ways].flatMap(([clusterId, way]) => {
    if ((left.get(clusterId) ?? 0) > 0) return [];
    const [into] = [...way].sort((x, y) => y[1] - x[1] || (x[0] < y[0] ? -1 : 1))[0]!;
    return { clusterId, into };
  });
  const created = [...new Set(moves.map((move) => move.to))].filter(
    (id) => !state.problems.has(id),
  );
  const effect = { merged, created, duplicates: [], statuses: [] };
  return { moves, links: [], touched: [], revived: [], effect };
}

async function keepsWords(
  db: Db,
  who: ProjectActor,
  state: Membership,
  change: Change,
): Promise<void> {
  const ids = change.moves.map((move) => move.feedbackId);
  const { links, places } = await loadLinks(db, who, ids, "");
  const after = afterChange(state, change).members;
  const known = [...new Set(links.rows.map((row) => row.feedbackId))];
  const placeOf = (id: string) => after.get(id)?.clusterId ?? places.get(id);
  const led = [...after.values()].some(({ clusterId, duplicateOf }) => {
    const root = duplicateOf === null ? undefined : placeOf(duplicateOf);
    return root !== undefined && root !== clusterId;
  });
  if (led || links.brokenBy(ids, known, placeOf)) {
    throw refused("Somebody has decided otherwise since: preview it again.");
  }
}

function reasonOf({ why }: ReplayMove, by: Regrouping["by"]) {
  return {
    tier: why.tier,
    reason: why.reason,
    similarity: why.similarity,
    neighbours: why.neighbours.map((near) => ({
      feedback_id: near.feedbackId,
      similarity: Math.round(near.similarity * 1000) / 1000,
    })),
    threshold: by.threshold,
    method: by.method,
    embedderVersion: by.embedderVersion,
  };
}
