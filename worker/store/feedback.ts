import { type SQL, and, desc, eq, gte, inArray, lt, ne, or, sql } from "drizzle-orm";
import type { SourceKind } from "../domain/feedback";
import type { Cursor } from "./cursor";
import { type Db, jsonIds } from "./db";
import { feedback, sources } from "./schema";

export type FeedbackRow = typeof feedback.$inferSelect;

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
