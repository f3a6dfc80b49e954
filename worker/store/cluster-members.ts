import { sql, and, eq, type SQL } from "drizzle-orm";
import type { ClusterRow } from "./clusters";
import { jsonIds, type Db, type Statement } from "./db";
import { clusters } from "./schema";

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

/** For a guard in a batch: holds when a cluster was merged into another one. */
export function mergedAway(projectId: string, id: string): SQL {
  return sql`EXISTS (SELECT 1 FROM clusters WHERE project_id = ${projectId} AND id = ${id} AND merged_into IS NOT NULL)`;
}
