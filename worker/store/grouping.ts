import { and, desc, eq, sql } from "drizzle-orm";
import type { Db, Statement } from "./db";
import { groupingDecisions, groupingRevisions } from "./schema";

export type DecisionRow = typeof groupingDecisions.$inferSelect;
export type DecisionToInsert = Omit<DecisionRow, "projectId">;

/** Ledger rows in one statement; a replay inserts the same ids, which is no error. */
export function insertDecisions(db: Db, projectId: string, rows: DecisionToInsert[]): Statement {
  return db.run(sql`
    INSERT INTO grouping_decisions (id, project_id, feedback_id, cluster_id, previous_cluster_id, tier, reason, similarity,
                                    neighbours, threshold, method, embedder_version, actor, job_id, created_at)
    SELECT value->>'id', ${projectId}, value->>'feedbackId', value->>'clusterId', value->>'previousClusterId',
           value->>'tier', value->>'reason', value->'similarity', value->'neighbours', value->'threshold', value->>'method',
           value->>'embedderVersion', value->>'actor', value->>'jobId', value->>'createdAt'
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
    orderBy: [desc(groupingDecisions.createdAt), desc(groupingDecisions.id)],
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
    orderBy: [desc(groupingDecisions.createdAt), desc(groupingDecisions.id)],
    limit,
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
