import { and, count, desc, eq, inArray, lt, or, sql, type SQL } from "drizzle-orm";
import type { PullState } from "../domain/pull";
import { LIVE_RUN_STATUSES, runStatusesBefore, type RunStatus } from "../domain/run";
import type { Asked, Guidance, WaitingFor } from "../domain/steering";
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

/** The newest run that opened, or added to, a pull request. */
export async function findRunByPull(
  db: Db,
  projectId: string,
  pullNumber: number,
): Promise<RunRow | undefined> {
  return db.query.runs.findFirst({
    where: and(eq(runs.projectId, projectId), eq(runs.prNumber, pullNumber)),
    orderBy: [desc(runs.createdAt), desc(runs.id)],
  });
}

/** What became of a pull request, in every run that opened it or added to it. */
export function setPullState(
  db: Db,
  projectId: string,
  pullNumber: number,
  prState: PullState,
): Statement {
  return db
    .update(runs)
    .set({ prState })
    .where(and(eq(runs.projectId, projectId), eq(runs.prNumber, pullNumber)));
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
  condition?: SQL,
) {
  return db
    .update(runs)
    .set({ ...changes, status: to })
    .where(
      and(
        eq(runs.projectId, projectId),
        eq(runs.id, id),
        inArray(runs.status, runStatusesBefore(to)),
        condition,
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

/** Hands a running run to a new Workflow instance; null when another one has taken it over meanwhile. */
export async function newGeneration(
  db: Db,
  run: Pick<RunRow, "projectId" | "id" | "generation">,
  changes: Partial<typeof runs.$inferInsert>,
): Promise<number | null> {
  const generation = run.generation + 1;
  const moved = await db
    .update(runs)
    .set({ ...changes, generation })
    .where(
      and(
        eq(runs.projectId, run.projectId),
        eq(runs.id, run.id),
        eq(runs.status, "running"),
        eq(runs.generation, run.generation),
      ),
    )
    .returning({ id: runs.id });
  return moved.length > 0 ? generation : null;
}

/** The running agent's next take: what was asked is heard. A word that was asked later stays; then it returns false. */
export async function takeUpWord(
  db: Db,
  run: Pick<RunRow, "projectId" | "id">,
  askedId: string,
): Promise<boolean> {
  const heard = await db
    .update(runs)
    .set({ asked: null, take: sql`take + 1` })
    .where(
      and(
        eq(runs.projectId, run.projectId),
        eq(runs.id, run.id),
        sql`json_extract(asked, '$.id') = ${askedId}`,
      ),
    )
    .returning({ id: runs.id });
  return heard.length > 0;
}

/** For a conditional write: holds while the run waits for just this. */
export function isPausedFor(what: WaitingFor): SQL {
  return sql`waiting_for = ${what}`;
}

/** What a person wants of a running run; returns whether it is running still when awaited as a query. */
export function askRun(db: Db, projectId: string, id: string, asked: Asked) {
  return db
    .update(runs)
    .set({ asked })
    .where(and(eq(runs.projectId, projectId), eq(runs.id, id), eq(runs.status, "running")))
    .returning({ id: runs.id });
}

/** Adds a sentence to what the agent is told, whatever else is written to the run meanwhile. */
export function addGuidance(db: Db, projectId: string, id: string, told: Guidance): Statement {
  return db
    .update(runs)
    .set({ guidance: sql`json_insert(guidance, '$[#]', json(${JSON.stringify(told)}))` })
    .where(
      and(eq(runs.projectId, projectId), eq(runs.id, id), inArray(runs.status, LIVE_RUN_STATUSES)),
    );
}

/** Whether runs are at work or about to be, by id; those that are not known here are not in it. For cron: across projects. */
export async function runsAtWork(db: Db, ids: string[]): Promise<Map<string, boolean>> {
  const rows = await db
    .select({ id: runs.id, status: runs.status })
    .from(runs)
    .where(sql`${runs.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`);
  return new Map(rows.map(({ id, status }) => [id, status === "pending" || status === "running"]));
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

/** How many live runs of a project stand before this one: those at work, and those that have waited longer. */
function standBefore(projectId: string, run: Pick<RunRow, "id" | "createdAt">): SQL<number> {
  return sql<number>`(SELECT count(*) FROM runs AS other WHERE other.project_id = ${projectId}
    AND other.status IN ('pending', 'running') AND other.id <> ${run.id}
    AND (other.status = 'running' OR other.created_at < ${run.createdAt}
      OR (other.created_at = ${run.createdAt} AND other.id < ${run.id})))`;
}

/** For a conditional write: holds while fewer than `limit` runs of the project stand before this one. */
export function hasRoom(projectId: string, run: Pick<RunRow, "id" | "createdAt">, limit: number) {
  return sql`${standBefore(projectId, run)} < ${limit}`;
}

/** The project's pending runs, longest waiting first, at most 100. */
export async function listPending(db: Db, projectId: string, limit = 100): Promise<string[]> {
  const rows = await db
    .select({ id: runs.id })
    .from(runs)
    .where(
      and(
        eq(runs.projectId, projectId),
        sql`status IN ('pending', 'running')`,
        eq(runs.status, "pending"),
      ),
    )
    .orderBy(runs.createdAt, runs.id)
    .limit(limit);
  return rows.map((row) => row.id);
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
