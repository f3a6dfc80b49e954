import { and, asc, desc, eq, gte, inArray, lt, ne, or, sql, type SQL } from "drizzle-orm";
import type { NewFeedback, SourceKind } from "../domain/feedback";
import type { Cursor } from "./cursor";
import { jsonIds, runBatch, type Db, type Statement } from "./db";
import { feedback, sources } from "./schema";

export type FeedbackRow = typeof feedback.$inferSelect;

export type FeedbackToInsert = NewFeedback & {
  id: string;
  sourceId: string | null;
  fingerprint: string | null;
};

/**
 * Stores new items, all in one transaction; the database decides, so parallel deliveries give one row. An item whose
 * (source, external id) is known is left as it is, and so is one that stands for a whole file (`link`) of which there is a
 * report already. The first report of a file takes over the row of the item that stood for it: `adopted`.
 */
export async function insertFeedback(
  db: Db,
  projectId: string,
  items: FeedbackToInsert[],
  now: number,
): Promise<{ created: Set<string>; adopted: Map<string, string> }> {
  const rows = JSON.stringify(
    items.map((item) => ({ ...item, metadata: JSON.stringify(item.metadata) })),
  );
  const linked = items.some((item) => item.link && item.link !== item.external_id);
  const [created = [], adopted = []] = (
    await runBatch(db, [
      ...(linked ? [adoptLinked(db, projectId, rows, now)] : []),
      insertNew(db, projectId, rows, now),
    ])
  ).reverse() as { id: string; externalId: string }[][];
  return {
    created: new Set(created.map((row) => row.id)),
    adopted: new Map(adopted.map((row) => [row.externalId, row.id])),
  };
}

function insertNew(db: Db, projectId: string, rows: string, now: number): Statement {
  return db.run(sql`
    INSERT INTO feedback (id, project_id, source, source_id, external_id, link_key, title, body, raw_text, metadata,
                          fingerprint, created_at, received_at, updated_at)
    SELECT value->>'id', ${projectId}, value->>'source', value->>'sourceId', value->>'external_id', value->>'link',
           value->>'title', value->>'body', value->>'raw_text', value->>'metadata', value->>'fingerprint',
           value->>'created_at', ${now}, ${now}
    FROM json_each(${rows}) WHERE value->>'external_id' IS NOT value->>'link' OR NOT EXISTS (
      SELECT 1 FROM feedback AS other WHERE other.project_id = ${projectId} AND other.source = value->>'source'
        AND other.link_key = value->>'link')
    ON CONFLICT (project_id, source, external_id) DO NOTHING
    RETURNING id`);
}

/** The brain places the row anew: a report tells more than the file it is in. What only the file told stays. */
function adoptLinked(db: Db, projectId: string, rows: string, now: number): Statement {
  return db.run(sql`
    UPDATE feedback SET external_id = report.external_id, title = report.title, body = report.body,
      raw_text = report.raw_text, metadata = json_patch(feedback.metadata, report.metadata),
      fingerprint = report.fingerprint, unclustered = 1, updated_at = ${now}
    FROM (SELECT value->>'source' AS source, value->>'external_id' AS external_id, value->>'link' AS link,
                 value->>'title' AS title, value->>'body' AS body, value->>'raw_text' AS raw_text,
                 value->>'metadata' AS metadata, value->>'fingerprint' AS fingerprint
          FROM json_each(${rows}) WHERE value->>'link' IS NOT NULL) AS report
    WHERE feedback.project_id = ${projectId} AND feedback.source = report.source
      AND feedback.external_id = report.link AND feedback.state <> 'deleted'
      AND report.external_id <> report.link
      AND NOT EXISTS (SELECT 1 FROM feedback AS known WHERE known.project_id = ${projectId}
        AND known.source = report.source AND known.external_id = report.external_id)
    RETURNING feedback.id AS id, feedback.external_id AS externalId`);
}

/** Writes how many events items stand for, in absolute numbers. Returns the external ids that are here, with their clusters. */
export async function writeOccurrences(
  db: Db,
  projectId: string,
  storms: { externalId: string; count: number; lastAt: number }[],
): Promise<{ externalId: string; clusterId: string | null }[]> {
  return db.all(sql`
    UPDATE feedback SET occurrences = told.count, last_occurred_at = told.last_at
    FROM (SELECT value->>'externalId' AS external_id, value->>'count' AS count, value->>'lastAt' AS last_at
          FROM json_each(${JSON.stringify(storms)})) AS told
    WHERE feedback.project_id = ${projectId} AND feedback.source = 'sentry'
      AND feedback.external_id = told.external_id
    RETURNING feedback.external_id AS externalId, feedback.cluster_id AS clusterId`);
}

/** Known items by their external ids, or, for an item that stands for a whole file, the oldest of that file. */
export async function findKnown(
  db: Db,
  projectId: string,
  source: SourceKind,
  items: { external_id: string; link?: string }[],
): Promise<Map<string, FeedbackRow>> {
  const known = new Map<string, FeedbackRow>();
  const links = items.filter((item) => item.link === item.external_id).map((item) => item.link!);
  for (const row of links.length > 0 ? await listByColumn("linkKey", links) : []) {
    if (row.linkKey && !known.has(row.linkKey)) known.set(row.linkKey, row);
  }
  const ids = items.map((item) => item.external_id);
  for (const row of await listByColumn("externalId", ids)) known.set(row.externalId, row);
  return known;

  function listByColumn(column: "linkKey" | "externalId", values: string[]) {
    const oldest = sql`SELECT min(id) FROM feedback WHERE project_id = ${projectId} AND source = ${source}
      AND ${feedback[column]} IN (SELECT value FROM json_each(${jsonIds(values)})) GROUP BY ${feedback[column]}`;
    return db.query.feedback.findMany({
      where: and(eq(feedback.projectId, projectId), sql`${feedback.id} IN (${oldest})`),
    });
  }
}

export async function findFeedback(
  db: Db,
  projectId: string,
  id: string,
): Promise<FeedbackRow | undefined> {
  return db.query.feedback.findFirst({
    where: and(
      eq(feedback.projectId, projectId),
      eq(feedback.id, id),
      ne(feedback.state, "deleted"),
    ),
  });
}

export async function findFeedbackByExternalId(
  db: Db,
  projectId: string,
  source: SourceKind,
  externalId: string,
): Promise<FeedbackRow | undefined> {
  return (
    await findKnown(db, projectId, source, [{ external_id: externalId, link: externalId }])
  ).get(externalId);
}

export async function findFeedbackByIds(
  db: Db,
  projectId: string,
  ids: string[],
): Promise<FeedbackRow[]> {
  return db.query.feedback.findMany({
    where: and(
      eq(feedback.projectId, projectId),
      sql`${feedback.id} IN (SELECT value FROM json_each(${jsonIds(ids)}))`,
    ),
  });
}

export type FeedbackFilter = {
  source?: SourceKind;
  unclustered?: boolean;
  clusterId?: string;
  since?: number;
  cursor: Cursor | null;
  limit: number;
};

/** A page of items, newest first; asks for one more row than `limit`, so that the caller knows whether there is more. */
export async function listFeedback(
  db: Db,
  projectId: string,
  filter: FeedbackFilter,
): Promise<FeedbackRow[]> {
  const where: (SQL | undefined)[] = [
    eq(feedback.projectId, projectId),
    ne(feedback.state, "deleted"),
  ];
  if (filter.source) where.push(eq(feedback.source, filter.source));
  if (filter.unclustered !== undefined) where.push(eq(feedback.unclustered, filter.unclustered));
  if (filter.clusterId) where.push(eq(feedback.clusterId, filter.clusterId));
  if (filter.since !== undefined) where.push(gte(feedback.createdAt, filter.since));
  if (filter.cursor) where.push(olderThan(filter.cursor));
  return db.query.feedback.findMany({
    where: and(...where),
    orderBy: [desc(feedback.createdAt), desc(feedback.id)],
    limit: filter.limit + 1,
  });
}

function olderThan({ at, id }: Cursor): SQL | undefined {
  return or(lt(feedback.createdAt, at), and(eq(feedback.createdAt, at), lt(feedback.id, id)));
}

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

/** Replaces an item's text; it becomes unclustered again so that the brain places it anew. */
export function replaceFeedbackText(
  db: Db,
  projectId: string,
  id: string,
  text: {
    title: string;
    body: string;
    rawText: string;
    metadata: FeedbackRow["metadata"];
    fingerprint: string | null;
  },
  now: number,
): Statement {
  return db
    .update(feedback)
    .set({ ...text, unclustered: true, updatedAt: now })
    .where(and(eq(feedback.projectId, projectId), eq(feedback.id, id)));
}

export function setFeedbackState(
  db: Db,
  projectId: string,
  ids: string[],
  state: "open" | "closed",
  now: number,
): Statement {
  return db
    .update(feedback)
    .set({ state, updatedAt: now })
    .where(
      and(
        eq(feedback.projectId, projectId),
        sql`id IN (SELECT value FROM json_each(${jsonIds(ids)}))`,
        ne(feedback.state, "deleted"),
      ),
    );
}

/** What a source tells anew about an item whose text is the same. The brain leaves it where it is. */
export function replaceFeedbackMetadata(
  db: Db,
  projectId: string,
  id: string,
  metadata: FeedbackRow["metadata"],
  now: number,
): Statement {
  return db
    .update(feedback)
    .set({ metadata, updatedAt: now })
    .where(and(eq(feedback.projectId, projectId), eq(feedback.id, id)));
}

/** Adds what the item's metadata does not tell yet; what it tells stays (RFC 7396). The text is as it was. */
export function fillMetadata(
  db: Db,
  projectId: string,
  id: string,
  metadata: FeedbackRow["metadata"],
  now: number,
): Statement {
  const given = JSON.stringify(metadata);
  return db.run(sql`
    UPDATE feedback SET metadata = json_patch(${given}, metadata), updated_at = ${now}
    WHERE project_id = ${projectId} AND id = ${id} AND metadata <> json_patch(${given}, metadata)`);
}

/**
 * Writes what happened at the source into every report that it is filed under (`link_key`), or that has the external id:
 * a merge patch of the metadata (RFC 7396), and the state if it changed. A report whose metadata has a
 * later moment than `at` in `path` is passed over: deliveries overtake each other.
 */
export function patchLinked(
  db: Db,
  projectId: string,
  source: SourceKind,
  externalId: string,
  patch: { metadata: object; state: "open" | "closed" | null; at: number; path: `$.${string}` },
  now: number,
): Statement {
  return db.run(sql`
    UPDATE feedback SET metadata = json_patch(metadata, ${JSON.stringify(patch.metadata)}),
      state = coalesce(${patch.state}, state), updated_at = ${now}
    WHERE project_id = ${projectId} AND source = ${source}
      AND (external_id = ${externalId} OR link_key = ${externalId})
      AND state <> 'deleted' AND coalesce(json_extract(metadata, ${patch.path}), 0) <= ${patch.at}`);
}

/**
 * Takes everything from an item but that it was there, so that a source which still tells of it does not bring it back. It
 * is in no cluster and in no list any more.
 */
export function tombstoneFeedback(db: Db, projectId: string, id: string, now: number): Statement {
  return db
    .update(feedback)
    .set({
      state: "deleted",
      title: "(deleted)",
      body: "",
      rawText: "",
      metadata: {},
      fingerprint: null,
      clusterId: null,
      duplicateOf: null,
      unclustered: false,
      updatedAt: now,
    })
    .where(and(eq(feedback.projectId, projectId), eq(feedback.id, id)));
}

/** Ids of items that are here and not taken away, by their external ids. */
export async function findLiveIds(
  db: Db,
  projectId: string,
  source: SourceKind,
  externalIds: string[],
): Promise<Map<string, string>> {
  const rows = await db
    .select({ id: feedback.id, externalId: feedback.externalId })
    .from(feedback)
    .where(
      and(
        eq(feedback.projectId, projectId),
        eq(feedback.source, source),
        ne(feedback.state, "deleted"),
        sql`${feedback.externalId} IN (SELECT value FROM json_each(${jsonIds(externalIds)}))`,
      ),
    );
  return new Map(rows.map((row) => [row.externalId, row.id]));
}

/** Reports of a source, or of the whole project, in no order. */
export async function listForErasure(
  db: Db,
  projectId: string,
  sourceId: string | null,
  limit: number,
): Promise<{ id: string; clusterId: string | null }[]> {
  return db
    .select({ id: feedback.id, clusterId: feedback.clusterId })
    .from(feedback)
    .where(
      and(
        eq(feedback.projectId, projectId),
        sourceId === null ? undefined : eq(feedback.sourceId, sourceId),
      ),
    )
    .limit(limit);
}

export function deleteFeedbackByIds(db: Db, projectId: string, ids: string[]): Statement {
  return db
    .delete(feedback)
    .where(
      and(
        eq(feedback.projectId, projectId),
        sql`${feedback.id} IN (SELECT value FROM json_each(${jsonIds(ids)}))`,
      ),
    );
}

export function deleteFeedback(db: Db, projectId: string, id: string): Statement {
  return db.delete(feedback).where(and(eq(feedback.projectId, projectId), eq(feedback.id, id)));
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

/** Whether a cluster has a report of one of these kinds of sources, or one by a DSN, whose key is public. */
export async function hasReportsFrom(
  db: Db,
  projectId: string,
  clusterId: string,
  kinds: readonly SourceKind[],
): Promise<boolean> {
  const [row] = await db
    .select({ id: feedback.id })
    .from(feedback)
    .leftJoin(sources, and(eq(sources.projectId, projectId), eq(sources.id, feedback.sourceId)))
    .where(
      and(
        eq(feedback.projectId, projectId),
        eq(feedback.clusterId, clusterId),
        or(inArray(feedback.source, [...kinds]), eq(sources.channel, "dsn")),
      ),
    )
    .limit(1);
  return row !== undefined;
}
