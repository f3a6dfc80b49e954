import { and, desc, eq, sql, type SQL } from "drizzle-orm";
import type { Db, Statement } from "./db";
import { groupingDecisions, groupingRevisions } from "./schema";

export type DecisionRow = typeof groupingDecisions.$inferSelect;
export type DecisionToInsert = Omit<DecisionRow, "projectId">;

/** Ledger rows in one statement; a replay inserts the same ids, which is no error. */
export function insertDecisions(db: Db, projectId: string, rows: DecisionToInsert[]): Statement {
  return db.run(sql`
    INSERT INTO grouping_decisions (id, project_id, feedback_id, cluster_id, previous_cluster_id, tier, reason, similarity,
                                    neighbours, threshold, method, embedder_version, rule_version, actor, job_id,
                                    operation_id, revision, created_at)
    SELECT value->>'id', ${projectId}, value->>'feedbackId', value->>'clusterId', value->>'previousClusterId',
           value->>'tier', value->>'reason', value->'similarity', value->'neighbours', value->'threshold', value->>'method',
           value->>'embedderVersion', value->>'ruleVersion', value->>'actor', value->>'jobId',
           value->>'operationId', value->>'revision', value->>'createdAt'
    FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT (id) DO NOTHING`);
}

/** The decisions about one item, newest first. */
export async function decisionsOfFeedback(
  db: Db,
  projectId: string,
  feedbackId: string,
  limit = 50,
): Promise<DecisionRow[]> {
  return db.query.groupingDecisions.findMany({
    where: and(
      eq(groupingDecisions.projectId, projectId),
      eq(groupingDecisions.feedbackId, feedbackId),
    ),
    orderBy: [
      desc(groupingDecisions.revision),
      desc(groupingDecisions.createdAt),
      desc(groupingDecisions.id),
    ],
    limit,
  });
}

/** The decisions that put items into one cluster, newest first. */
export async function decisionsOfCluster(
  db: Db,
  projectId: string,
  clusterId: string,
  limit = 100,
): Promise<DecisionRow[]> {
  return db.query.groupingDecisions.findMany({
    where: and(
      eq(groupingDecisions.projectId, projectId),
      eq(groupingDecisions.clusterId, clusterId),
    ),
    orderBy: [
      desc(groupingDecisions.revision),
      desc(groupingDecisions.createdAt),
      desc(groupingDecisions.id),
    ],
    limit,
  });
}

/** The rows of one operation: what it moved. */
export async function decisionsOfOperation(
  db: Db,
  projectId: string,
  operationId: string,
): Promise<DecisionRow[]> {
  return db.query.groupingDecisions.findMany({
    where: and(
      eq(groupingDecisions.projectId, projectId),
      eq(groupingDecisions.operationId, operationId),
    ),
  });
}

/** The number of the last change of membership; 0 when there was none. */
export async function currentRevision(db: Db, projectId: string): Promise<number> {
  const [row] = await db
    .select({ revision: sql<number>`coalesce(max(${groupingRevisions.revision}), 0)` })
    .from(groupingRevisions)
    .where(eq(groupingRevisions.projectId, projectId));
  return row?.revision ?? 0;
}

/** First statement of each change of membership: collides (primary key) when another writer was there first. */
export function claimRevision(
  db: Db,
  projectId: string,
  revision: number,
  actor: string,
  now: number,
): Statement {
  return db.insert(groupingRevisions).values({ projectId, revision, actor, createdAt: now });
}

/**
 * Fails, and with it its whole batch, when the condition holds: a conditional write that matches nothing would not (NOT
 * NULL is what breaks; `isRefused` knows it).
 */
export function refuseWhen(db: Db, condition: SQL): Statement {
  return db.run(sql`
    INSERT INTO grouping_revisions (project_id, revision, actor, created_at) SELECT NULL, 0, '', 0 WHERE ${condition}`);
}

export function isRefused(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (/NOT NULL constraint failed: grouping_revisions/.test(cause.message)) return true;
  }
  return false;
}
