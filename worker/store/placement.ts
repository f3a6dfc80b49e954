import { and, asc, desc, eq, sql } from "drizzle-orm";
import { type Db, type Statement, jsonIds } from "./db";
import { type FeedbackRow, findFeedbackByIds } from "./feedback";
import { feedback } from "./schema";

/** The oldest items that the brain has not placed yet. */
export async function listUnclustered(
  db: Db,
  projectId: string,
  limit: number,
): Promise<FeedbackRow[]> {
  return db.query.feedback.findMany({
    where: and(eq(feedback.projectId, projectId), sql`unclustered = 1`),
    orderBy: [asc(feedback.receivedAt), asc(feedback.id)],
    limit,
  });
}

/** When the oldest unplaced item was received, or null. */
export async function oldestUnclusteredAt(db: Db, projectId: string): Promise<number | null> {
  const [row] = await listUnclustered(db, projectId, 1);
  return row?.receivedAt ?? null;
}

/** Projects with items that have waited since before `receivedBefore`. For cron: across projects, by an index of its own. */
export async function projectsWithStaleItems(db: Db, receivedBefore: number): Promise<string[]> {
  const rows = await db.all<{ projectId: string }>(sql`
    SELECT DISTINCT project_id AS projectId FROM feedback
    WHERE unclustered = 1 AND received_at < ${receivedBefore} LIMIT 500`);
  return rows.map((row) => row.projectId);
}

/** Reports that were duplicates of these, which go, are none any more. */
export function releaseDuplicates(db: Db, projectId: string, ids: string[]): Statement {
  return db.run(sql`
    UPDATE feedback SET duplicate_of = NULL
    WHERE project_id = ${projectId} AND duplicate_of IN (SELECT value FROM json_each(${jsonIds(ids)}))`);
}

/** New roots for reports, or none. */
export function setDuplicates(
  db: Db,
  projectId: string,
  rows: { feedbackId: string; to: string | null }[],
): Statement {
  return db.run(sql`
    UPDATE feedback SET duplicate_of = told.root
    FROM (SELECT value->>'feedbackId' AS id, value->>'to' AS root FROM json_each(${JSON.stringify(rows)})) AS told
    WHERE feedback.project_id = ${projectId} AND feedback.id = told.id`);
}

/** The brain shall look at these again. */
export function markUnclustered(db: Db, projectId: string, ids: string[]): Statement {
  return db.run(sql`
    UPDATE feedback SET unclustered = 1
    WHERE project_id = ${projectId} AND id IN (SELECT value FROM json_each(${jsonIds(ids)}))`);
}

/** Where each of a whole cluster's items is, and whose duplicate; at most `limit`. */
export async function listPlaces(
  db: Db,
  projectId: string,
  clusterIds: string[],
  limit: number,
): Promise<{ id: string; clusterId: string; duplicateOf: string | null }[]> {
  return db.all(sql`
    SELECT id, cluster_id AS clusterId, duplicate_of AS duplicateOf FROM feedback
    WHERE project_id = ${projectId} AND cluster_id IN (SELECT value FROM json_each(${jsonIds(clusterIds)}))
    LIMIT ${limit}`);
}

/** Where the brain put each item: one statement for a whole batch. */
export function placeFeedback(
  db: Db,
  projectId: string,
  placements: { feedbackId: string; clusterId: string }[],
): Statement {
  const rows = JSON.stringify(placements);
  return db.run(sql`
    UPDATE feedback SET unclustered = 0, cluster_id = placed.cluster_id
    FROM (SELECT value->>'feedbackId' AS id, value->>'clusterId' AS cluster_id FROM json_each(${rows})) AS placed
    WHERE feedback.project_id = ${projectId} AND feedback.id = placed.id AND feedback.state <> 'deleted'`);
}

/** Where a person put items. Whether the brain has to read them again is another matter. */
export function moveFeedback(
  db: Db,
  projectId: string,
  moves: { feedbackId: string; to: string }[],
): Statement {
  return db.run(sql`
    UPDATE feedback SET cluster_id = moved.target
    FROM (SELECT value->>'feedbackId' AS id, value->>'to' AS target FROM json_each(${JSON.stringify(moves)})) AS moved
    WHERE feedback.project_id = ${projectId} AND feedback.id = moved.id AND feedback.state <> 'deleted'`);
}

/** What the brain needs of an item: where it is, who its twins are, and when it came. */
export type MemberRow = Pick<FeedbackRow, "id" | "fingerprint" | "clusterId" | "createdAt">;

/** Items by id, by fingerprint, or by cluster, each list in one parameter; each item once. */
export async function listMembers(
  db: Db,
  projectId: string,
  by: { ids: string[]; fingerprints: string[]; clusterIds: string[] },
): Promise<MemberRow[]> {
  const columns = sql`SELECT id, fingerprint, cluster_id AS clusterId, created_at AS createdAt FROM feedback WHERE project_id = ${projectId}`;
  const among = (column: string, values: string[]) =>
    sql`${columns} AND ${sql.raw(column)} IN (SELECT value FROM json_each(${jsonIds(values)}))`;
  return db.all<MemberRow>(
    sql`${among("id", by.ids)} UNION ${among("fingerprint", by.fingerprints)} UNION ${among("cluster_id", by.clusterIds)}`,
  );
}

/** The time from the project's first report to its last, in milliseconds; 0 without reports. */
export async function reportsSpan(db: Db, projectId: string): Promise<number> {
  const end = (order: "ASC" | "DESC") =>
    sql`SELECT created_at FROM feedback WHERE project_id = ${projectId} ORDER BY created_at ${sql.raw(order)} LIMIT 1`;
  const [row] = await db.all<{ span: number | null }>(
    sql`SELECT (${end("DESC")}) - (${end("ASC")}) AS span`,
  );
  return row?.span ?? 0;
}

/** The newest reports of a cluster, at most `limit`. */
export async function newestMembers(
  db: Db,
  projectId: string,
  clusterId: string,
  limit: number,
): Promise<MemberRow[]> {
  return db
    .select({
      id: feedback.id,
      fingerprint: feedback.fingerprint,
      clusterId: feedback.clusterId,
      createdAt: feedback.createdAt,
    })
    .from(feedback)
    .where(and(eq(feedback.projectId, projectId), eq(feedback.clusterId, clusterId)))
    .orderBy(desc(feedback.createdAt), desc(feedback.id))
    .limit(limit);
}

/** Up to `perCluster` items of each cluster: the newest, in one query. */
export async function sampleMembers(
  db: Db,
  projectId: string,
  clusterIds: string[],
  perCluster: number,
): Promise<FeedbackRow[]> {
  const ids = await db.all<{ id: string }>(sql`
    SELECT id FROM (
      SELECT id, row_number() OVER (PARTITION BY cluster_id ORDER BY created_at DESC, id DESC) AS place
      FROM feedback
      WHERE project_id = ${projectId} AND cluster_id IN (SELECT value FROM json_each(${jsonIds(clusterIds)}))
    ) WHERE place <= ${perCluster}`);
  return findFeedbackByIds(
    db,
    projectId,
    ids.map((row) => row.id),
  );
}
