import { and, desc, eq, inArray, lt, or, sql } from "drizzle-orm";
import type { Cursor } from "./cursor";
import type { Db, Statement } from "./db";
import { clusterJobs, type ClusterJobStats } from "./schema";

export type ClusterJobRow = typeof clusterJobs.$inferSelect;

export const NO_STATS: ClusterJobStats = {
  clustered: 0,
  new_clusters: 0,
  updated_clusters: 0,
  embedding_failures: 0,
};

/** A job's row; a replay inserts the same id, which is no error. */
export function insertClusterJob(db: Db, row: typeof clusterJobs.$inferInsert): Statement {
  return db.insert(clusterJobs).values(row).onConflictDoNothing();
}

/** What a job that is cancelled is from then on. */
export function cancelledColumns(by: string, now: number) {
  return { status: "cancelled" as const, cancelledBy: by, finishedAt: now };
}

/** Only a job that is pending or running changes: a final status stays. */
export function updateClusterJob(
  db: Db,
  projectId: string,
  id: string,
  changes: Partial<typeof clusterJobs.$inferInsert>,
): Statement {
  return db
    .update(clusterJobs)
    .set(changes)
    .where(
      and(
        eq(clusterJobs.projectId, projectId),
        eq(clusterJobs.id, id),
        inArray(clusterJobs.status, ["pending", "running"]),
      ),
    );
}

/** Notes which operation did what a preview found. */
export function markApplied(db: Db, projectId: string, id: string, operationId: string): Statement {
  return db
    .update(clusterJobs)
    .set({ result: sql`json_set(${clusterJobs.result}, '$.applied_by', ${operationId})` })
    .where(and(eq(clusterJobs.projectId, projectId), eq(clusterJobs.id, id)));
}

export async function findClusterJob(
  db: Db,
  projectId: string,
  id: string,
): Promise<ClusterJobRow | undefined> {
  return db.query.clusterJobs.findFirst({
    where: and(eq(clusterJobs.projectId, projectId), eq(clusterJobs.id, id)),
  });
}

export async function listClusterJobs(
  db: Db,
  projectId: string,
  cursor: Cursor | null,
  limit: number,
  kind?: ClusterJobRow["kind"],
): Promise<ClusterJobRow[]> {
  const older = cursor
    ? or(
        lt(clusterJobs.createdAt, cursor.at),
        and(eq(clusterJobs.createdAt, cursor.at), lt(clusterJobs.id, cursor.id)),
      )
    : undefined;
  return db.query.clusterJobs.findMany({
    where: and(
      eq(clusterJobs.projectId, projectId),
      older,
      kind ? eq(clusterJobs.kind, kind) : undefined,
    ),
    orderBy: [desc(clusterJobs.createdAt), desc(clusterJobs.id)],
    limit: limit + 1,
  });
}

/** Placing that has had no heartbeat since `before` has failed; its object begins a new job. For cron, across projects. */
export async function failStaleJobs(db: Db, before: number, now: number): Promise<void> {
  await db
    .update(clusterJobs)
    .set({ status: "failed", error: "It gave no sign of life for two minutes.", finishedAt: now })
    .where(
      and(
        // Written out, not bound: only so does SQLite use the partial index.
        sql`status IN ('pending', 'running')`,
        lt(clusterJobs.heartbeatAt, before),
        eq(clusterJobs.kind, "place"),
      ),
    );
}

/** Projects whose job has had no heartbeat since `before`. For cron: across projects, by an index of its own. */
export async function projectsWithStaleJobs(db: Db, before: number): Promise<string[]> {
  const rows = await db
    .selectDistinct({ projectId: clusterJobs.projectId })
    .from(clusterJobs)
    .where(
      // Written out, not bound: only so does SQLite use the partial index.
      and(sql`status IN ('pending', 'running')`, lt(clusterJobs.heartbeatAt, before)),
    )
    .limit(500);
  return rows.map((row) => row.projectId);
}
