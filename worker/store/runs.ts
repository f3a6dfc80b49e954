import { and, count, desc, eq, inArray, lt, or, sql, type SQL } from "drizzle-orm";
import { LIVE_RUN_STATUSES, runStatusesBefore, type RunStatus } from "../domain/run";
import type { Cursor } from "./cursor";
import type { Db, Statement } from "./db";
import { runs } from "./schema";

export type RunRow = typeof runs.$inferSelect;

export async function findRun(db: Db, projectId: string, id: string): Promise<RunRow | undefined> {
  return db.query.runs.findFirst({ where: and(eq(runs.projectId, projectId), eq(runs.id, id)) });
}

/** A run by id alone: for a run's own token, whose project is what the row tells. */
export async function findRunById(db: Db, id: string): Promise<RunRow | undefined> {
  return db.query.runs.findFirst({ where: eq(runs.id, id) });
}

/** The run of a cluster that has not ended; there is never more than one (partial unique index). */
export async function findLiveRun(
  db: Db,
  projectId: string,
  clusterId: string,
): Promise<RunRow | undefined> {
  return db.query.runs.findFirst({
    where: and(
      eq(runs.projectId, projectId),
      eq(runs.clusterId, clusterId),
      inArray(runs.status, LIVE_RUN_STATUSES),
    ),
  });
}

export async function countRunsOfCluster(
  db: Db,
  projectId: string,
  clusterId: string,
): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(runs)
    .where(and(eq(runs.projectId, projectId), eq(runs.clusterId, clusterId)));
  return row?.count ?? 0;
}

export type RunFilter = {
  clusterIds?: string[];
  status?: RunStatus;
  cursor: Cursor | null;
  limit: number;
};

export async function listRuns(db: Db, projectId: string, filter: RunFilter): Promise<RunRow[]> {
  const where: (SQL | undefined)[] = [eq(runs.projectId, projectId)];
  if (filter.clusterIds) {
    where.push(
      sql`${runs.clusterId} IN (SELECT value FROM json_each(${JSON.stringify(filter.clusterIds)}))`,
    );
  }
  if (filter.status) where.push(eq(runs.status, filter.status));
  if (filter.cursor) {
    const { at, id } = filter.cursor;
    where.push(or(lt(runs.createdAt, at), and(eq(runs.createdAt, at), lt(runs.id, id))));
  }
  return db.query.runs.findMany({
    where: and(...where),
    orderBy: [desc(runs.createdAt), desc(runs.id)],
    limit: filter.limit + 1,
  });
}

/** Fails (partial unique index) when the cluster has a live run: put it first in its batch. */
export function insertRun(db: Db, row: typeof runs.$inferInsert): Statement {
  return db.insert(runs).values(row);
}

/** Moves a run, only from a status that allows it; returns whether it moved when awaited as a query. */
export function moveRun(
  db: Db,
  projectId: string,
  id: string,
  to: RunStatus,
  changes: Partial<typeof runs.$inferInsert>,
) {
  return db
    .update(runs)
    .set({ ...changes, status: to })
    .where(
      and(
        eq(runs.projectId, projectId),
        eq(runs.id, id),
        inArray(runs.status, runStatusesBefore(to)),
      ),
    )
    .returning({ id: runs.id });
}

/** For a statement in the same batch as `moveRun`: holds only if that one moved the run. */
export function endedJustNow(id: string, status: RunStatus, now: number): SQL {
  return sql`EXISTS (SELECT 1 FROM runs WHERE id = ${id} AND status = ${status} AND finished_at = ${now})`;
}

export function updateRun(
  db: Db,
  projectId: string,
  id: string,
  changes: Partial<typeof runs.$inferInsert>,
): Statement {
  return db
    .update(runs)
    .set(changes)
    .where(and(eq(runs.projectId, projectId), eq(runs.id, id)));
}

/** Pending and running runs whose heartbeat is older than `before`. For cron: across projects, by an index of its own. */
export async function listStaleRuns(db: Db, before: number, limit = 100): Promise<RunRow[]> {
  return db.query.runs.findMany({
    // Written out, not bound: only so does SQLite use the partial index.
    where: and(sql`status IN ('pending', 'running')`, lt(runs.heartbeatAt, before)),
    orderBy: runs.heartbeatAt,
    limit,
  });
}

/** For a guard in a batch: holds while a fix is at work on one of the clusters. */
export function anyLiveRun(projectId: string, clusterIds: string[]): SQL {
  return sql`EXISTS (SELECT 1 FROM runs WHERE project_id = ${projectId}
    AND cluster_id IN (SELECT value FROM json_each(${JSON.stringify(clusterIds)}))
    AND status IN ('pending', 'running', 'waiting'))`;
}

/** Which of these clusters a fix is at work on. */
export async function clustersWithLiveRun(
  db: Db,
  projectId: string,
  clusterIds: string[],
): Promise<Set<string>> {
  const rows = await db.all<{ id: string }>(sql`
    SELECT cluster_id AS id FROM runs WHERE project_id = ${projectId}
      AND cluster_id IN (SELECT value FROM json_each(${JSON.stringify(clusterIds)}))
      AND status IN ('pending', 'running', 'waiting')`);
  return new Set(rows.map((row) => row.id));
}
