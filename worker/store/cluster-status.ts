import { and, eq, inArray, sql, type SQL } from "drizzle-orm";
import {
  nextClusterStatus,
  statusesBefore,
  type ClusterEvent,
  type ClusterStatus,
} from "../domain/cluster";
import type { ClusterRow } from "./clusters";
import { jsonIds, type Db, type Statement } from "./db";
import { clusters } from "./schema";

/**
 * Moves a cluster by an event, only from a status in which the event is legal, and only if `condition` holds; elsewhere it
 * changes nothing.
 */
export function moveCluster(
  db: Db,
  projectId: string,
  id: string,
  event: ClusterEvent,
  to: ClusterStatus,
  changes: Partial<typeof clusters.$inferInsert>,
  condition?: SQL,
): Statement {
  return db
    .update(clusters)
    .set({ ...changes, ...cameBack(to), status: to })
    .where(
      and(
        eq(clusters.projectId, projectId),
        eq(clusters.id, id),
        inArray(clusters.status, statusesBefore(event)),
        condition,
      ),
    );
}

/** A cluster that came back remembers the pull request that did not fix it, whoever moved it. */
function cameBack(to: ClusterStatus) {
  return to === "regressed" ? { regressedPrUrl: sql`github_pr_url` } : {};
}

/** A status that an operation changed along; nothing when something else came first. */
export function changeStatus(
  db: Db,
  projectId: string,
  change: { clusterId: string; from: ClusterStatus; to: ClusterStatus },
  now: number,
): Statement {
  return db
    .update(clusters)
    .set({ ...cameBack(change.to), status: change.to, updatedAt: now })
    .where(
      and(
        eq(clusters.projectId, projectId),
        eq(clusters.id, change.clusterId),
        eq(clusters.status, change.from),
      ),
    );
}

const AWAKE = {
  status: nextClusterStatus("ignored", "ignore_ended")!,
  ignoreReason: null,
  ignoreUntil: null,
  ignoreUntilCount: null,
};

/** Ignored clusters that now have the reports that a person wanted to wait for. Comes after the recount. */
export function wakeByCount(db: Db, projectId: string, ids: string[], now: number): Statement {
  return db
    .update(clusters)
    .set({ ...AWAKE, updatedAt: now })
    .where(
      and(
        eq(clusters.projectId, projectId),
        sql`${clusters.id} IN (SELECT value FROM json_each(${jsonIds(ids)}))`,
        sql`status = 'ignored' AND item_count >= ignore_until_count`,
      ),
    );
}

export function wakeByDate(db: Db, projectId: string, id: string, now: number): Statement {
  return db
    .update(clusters)
    .set({ ...AWAKE, updatedAt: now })
    .where(
      and(
        eq(clusters.projectId, projectId),
        eq(clusters.id, id),
        sql`status = 'ignored' AND ignore_until <= ${now}`,
      ),
    );
}

/** Ignored clusters whose date has come. For cron: across projects, by an index of its own. */
export async function listToWake(db: Db, now: number, limit = 100): Promise<ClusterRow[]> {
  return db.query.clusters.findMany({
    where: sql`status = 'ignored' AND ignore_until IS NOT NULL AND ignore_until <= ${now}`,
    limit,
  });
}

/** Merged clusters whose soak time may be over. For cron: across projects, by an index of its own. */
export async function listSoaked(db: Db, now: number, limit = 100): Promise<ClusterRow[]> {
  return db.query.clusters.findMany({
    where: sql`status = 'merged' AND soak_until IS NOT NULL AND soak_until <= ${now}`,
    orderBy: sql`soak_until`,
    limit,
  });
}
