import { and, eq, isNull, sql } from "drizzle-orm";
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

/** Every cluster on the ways from these to where they were merged, without these themselves. */
export async function listSurvivors(db: Db, projectId: string, ids: string[]): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    WITH RECURSIVE way(id) AS (
      SELECT merged_into FROM clusters WHERE project_id = ${projectId} AND merged_into IS NOT NULL
        AND id IN (SELECT value FROM json_each(${jsonIds(ids)}))
      UNION
      SELECT clusters.merged_into FROM clusters JOIN way ON clusters.id = way.id
      WHERE clusters.project_id = ${projectId} AND clusters.merged_into IS NOT NULL
    )
    SELECT id FROM way`);
  return rows.map((row) => row.id);
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
