import { and, desc, eq, inArray, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import {
  nextClusterStatus,
  statusesBefore,
  type ClusterEvent,
  type ClusterStatus,
} from "../domain/cluster";
import type { Cursor } from "./cursor";
import { jsonIds, type Db, type Statement } from "./db";
import { clusters } from "./schema";

export type ClusterRow = typeof clusters.$inferSelect;

export async function findCluster(
  db: Db,
  projectId: string,
  id: string,
): Promise<ClusterRow | undefined> {
  return db.query.clusters.findFirst({
    where: and(eq(clusters.projectId, projectId), eq(clusters.id, id)),
  });
}

export async function findClustersByIds(
  db: Db,
  projectId: string,
  ids: string[],
): Promise<ClusterRow[]> {
  return db.query.clusters.findMany({
    where: and(
      eq(clusters.projectId, projectId),
      sql`${clusters.id} IN (SELECT value FROM json_each(${jsonIds(ids)}))`,
    ),
  });
}

export async function findClusterByPull(
  db: Db,
  projectId: string,
  pullNumber: number,
): Promise<ClusterRow | undefined> {
  return db.query.clusters.findFirst({
    where: and(eq(clusters.projectId, projectId), eq(clusters.githubPrNumber, pullNumber)),
  });
}

/** Clusters that nobody has described yet (a job died in between); at most 50. */
export async function listUndescribed(db: Db, projectId: string): Promise<string[]> {
  const rows = await db
    .select({ id: clusters.id })
    .from(clusters)
    .where(
      and(
        eq(clusters.projectId, projectId),
        sql`summarised_count = 0 AND item_count > 0 AND merged_into IS NULL`,
      ),
    )
    .limit(50);
  return rows.map((row) => row.id);
}

export type ClusterFilter = {
  status?: ClusterStatus;
  minCount?: number;
  /** Part of the title. */
  title?: string;
  cursor: Cursor | null;
  limit: number;
};

/** A page of live clusters (not merged away, not empty), last seen first; one row more than `limit`. */
export async function listClusters(
  db: Db,
  projectId: string,
  filter: ClusterFilter,
): Promise<ClusterRow[]> {
  const where: (SQL | undefined)[] = [
    eq(clusters.projectId, projectId),
    isNull(clusters.mergedInto),
    sql`${clusters.itemCount} >= ${filter.minCount ?? 1}`,
  ];
  if (filter.status) where.push(eq(clusters.status, filter.status));
  if (filter.title) {
    const literal = filter.title.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
    where.push(sql`${clusters.title} LIKE ${`%${literal}%`} ESCAPE '\\'`);
  }
  if (filter.cursor) {
    const { at, id } = filter.cursor;
    where.push(
      or(lt(clusters.lastSeenAt, at), and(eq(clusters.lastSeenAt, at), lt(clusters.id, id))),
    );
  }
  return db.query.clusters.findMany({
    where: and(...where),
    orderBy: [desc(clusters.lastSeenAt), desc(clusters.id)],
    limit: filter.limit + 1,
  });
}

export type ClusterToInsert = Pick<
  ClusterRow,
  "id" | "title" | "summary" | "severity" | "firstSeenAt" | "lastSeenAt"
>;

/** New clusters in one statement; a replayed batch inserts the same ids, which is no error. */
export function insertClusters(
  db: Db,
  projectId: string,
  rows: ClusterToInsert[],
  now: number,
): Statement {
  return db.run(sql`
    INSERT INTO clusters (id, project_id, title, summary, severity, source_counts, first_seen_at, last_seen_at,
                          created_at, updated_at)
    SELECT value->>'id', ${projectId}, value->>'title', value->>'summary', value->>'severity', '{}',
           value->>'firstSeenAt', value->>'lastSeenAt', ${now}, ${now}
    FROM json_each(${JSON.stringify(rows)}) WHERE true
    ON CONFLICT (id) DO NOTHING`);
}

/** Recounts clusters from their items: counts never drift, whatever came before. */
export function recountClusters(
  db: Db,
  projectId: string,
  clusterIds: string[],
  now: number,
): Statement {
  const items = sql`FROM feedback WHERE feedback.project_id = ${projectId} AND feedback.cluster_id = clusters.id`;
  return db.run(sql`
    UPDATE clusters SET
      item_count = (SELECT count(*) ${items}),
      occurrence_count = (SELECT coalesce(sum(occurrences), 0) ${items}),
      source_counts = coalesce((SELECT json_group_object(source, n) FROM
        (SELECT source, count(*) AS n ${items} GROUP BY source)), '{}'),
      first_seen_at = coalesce((SELECT min(created_at) ${items}), first_seen_at),
      last_seen_at = coalesce((SELECT max(coalesce(last_occurred_at, created_at)) ${items}), last_seen_at),
      updated_at = ${now}
    WHERE project_id = ${projectId} AND id IN (SELECT value FROM json_each(${jsonIds(clusterIds)}))`);
}

/** Takes the words from clusters that have no report any more; the others are described anew. */
export function blankEmptyClusters(
  db: Db,
  projectId: string,
  clusterIds: string[],
  now: number,
): Statement {
  return db.run(sql`
    UPDATE clusters SET
      title = CASE WHEN item_count = 0 THEN '(deleted)' ELSE title END,
      summary = CASE WHEN item_count = 0 THEN '' ELSE summary END,
      summarised_count = 0, updated_at = ${now}
    WHERE project_id = ${projectId} AND id IN (SELECT value FROM json_each(${jsonIds(clusterIds)}))`);
}

/** Marks clusters as merged into others; their rows stay, so that old links can be followed. */
export function markMerged(
  db: Db,
  projectId: string,
  merges: { from: string; into: string }[],
  now: number,
): Statement {
  return db.run(sql`
    UPDATE clusters SET merged_into = merges.target, updated_at = ${now}
    FROM (SELECT value->>'from' AS origin, value->>'into' AS target FROM json_each(${JSON.stringify(merges)})) AS merges
    WHERE clusters.project_id = ${projectId} AND clusters.id = merges.origin`);
}

export function updateCluster(
  db: Db,
  projectId: string,
  id: string,
  changes: Partial<typeof clusters.$inferInsert>,
): Statement {
  return db
    .update(clusters)
    .set(changes)
    .where(and(eq(clusters.projectId, projectId), eq(clusters.id, id)));
}

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

/** Titles and summaries of several clusters in one statement; what a person wrote stays. */
export function describeClusters(
  db: Db,
  projectId: string,
  rows: { id: string; title: string; summary: string; summarisedCount: number }[],
  now: number,
): Statement {
  return db.run(sql`
    UPDATE clusters SET title = CASE WHEN title_edited_at IS NULL THEN told.title ELSE clusters.title END,
      summary = CASE WHEN summary_edited_at IS NULL THEN told.summary ELSE clusters.summary END,
      summarised_count = told.basis, updated_at = ${now}
    FROM (SELECT value->>'id' AS id, value->>'title' AS title, value->>'summary' AS summary,
                 value->>'summarisedCount' AS basis FROM json_each(${JSON.stringify(rows)})) AS told
    WHERE clusters.project_id = ${projectId} AND clusters.id = told.id`);
}

/** A person changed, planned or ran this cluster: from now on it never merges or splits by itself. */
export function touchCluster(db: Db, projectId: string, id: string, now: number): Statement {
  return db
    .update(clusters)
    .set({ touchedAt: now })
    .where(and(eq(clusters.projectId, projectId), eq(clusters.id, id), isNull(clusters.touchedAt)));
}

/** As `touchCluster`, for several. */
export function touchClusters(db: Db, projectId: string, ids: string[], now: number): Statement {
  return db
    .update(clusters)
    .set({ touchedAt: now })
    .where(
      and(
        eq(clusters.projectId, projectId),
        sql`${clusters.id} IN (SELECT value FROM json_each(${jsonIds(ids)}))`,
        isNull(clusters.touchedAt),
      ),
    );
}

/** Clusters that are not merged away any more. */
export function reviveClusters(db: Db, projectId: string, ids: string[], now: number): Statement {
  return db
    .update(clusters)
    .set({ mergedInto: null, updatedAt: now })
    .where(
      and(
        eq(clusters.projectId, projectId),
        sql`${clusters.id} IN (SELECT value FROM json_each(${jsonIds(ids)}))`,
      ),
    );
}

/** Every cluster that went into this one, directly or through others, at most 100; oldest merges last. */
export async function listMergedInto(
  db: Db,
  projectId: string,
  id: string,
): Promise<Pick<ClusterRow, "id" | "title" | "status" | "githubPrUrl">[]> {
  return db.all(sql`
    WITH RECURSIVE gone(id) AS (
      SELECT id FROM clusters WHERE project_id = ${projectId} AND merged_into = ${id}
      UNION
      SELECT clusters.id FROM clusters JOIN gone ON clusters.merged_into = gone.id
      WHERE clusters.project_id = ${projectId} LIMIT 100
    )
    SELECT id, title, status, github_pr_url AS githubPrUrl FROM clusters
    WHERE project_id = ${projectId} AND id IN (SELECT id FROM gone) ORDER BY updated_at DESC`);
}

/** Where a cluster is now: itself, or the end of the merges that began with it. */
export async function findSurvivor(
  db: Db,
  projectId: string,
  cluster: ClusterRow,
): Promise<ClusterRow> {
  const seen = new Set<string>();
  let here = cluster;
  while (here.mergedInto !== null && !seen.has(here.id)) {
    seen.add(here.id);
    const next = await findCluster(db, projectId, here.mergedInto);
    if (!next) break;
    here = next;
  }
  return here;
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

/** For a guard in a batch: holds when a cluster was merged into another one. */
export function mergedAway(projectId: string, id: string): SQL {
  return sql`EXISTS (SELECT 1 FROM clusters WHERE project_id = ${projectId} AND id = ${id} AND merged_into IS NOT NULL)`;
}

/** How many clusters have reports. */
export async function countLiveClusters(db: Db, projectId: string): Promise<number> {
  const [row] = await db
    .select({ n: sql<number>`count(*)` })
    .from(clusters)
    .where(
      and(
        eq(clusters.projectId, projectId),
        isNull(clusters.mergedInto),
        sql`${clusters.itemCount} > 0`,
      ),
    );
  return row?.n ?? 0;
}
