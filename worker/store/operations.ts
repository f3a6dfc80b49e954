import { and, desc, eq, inArray, sql, type SQL } from "drizzle-orm";
import type { LinkKind } from "../domain/operation";
import { jsonIds, type Db, type Statement } from "./db";
import { operationClusters, operations } from "./schema";

export type OperationRow = typeof operations.$inferSelect;

/** D1 takes a parameter of two million bytes at most. */
const ROWS_PER_STATEMENT = 2_000;

export type OperationToInsert = Omit<OperationRow, "projectId" | "undoneBy"> & {
  /** The clusters in whose history it stands. */
  about: string[];
};

/** Operations with their clusters; a replayed batch inserts the same ids, which is no error. */
export function insertOperations(
  db: Db,
  projectId: string,
  rows: OperationToInsert[],
): Statement[] {
  const json = JSON.stringify(rows);
  return [
    db.run(sql`
      INSERT INTO operations (id, project_id, revision, kind, actor, effect, created_at)
      SELECT value->>'id', ${projectId}, value->>'revision', value->>'kind', value->>'actor', value->'effect',
             value->>'createdAt'
      FROM json_each(${json}) WHERE true
      ON CONFLICT (id) DO NOTHING`),
    db.run(sql`
      INSERT INTO operation_clusters (project_id, cluster_id, revision, operation_id)
      SELECT ${projectId}, about.value, row.value->>'revision', row.value->>'id'
      FROM json_each(${json}) AS row, json_each(row.value, '$.about') AS about WHERE true
      ON CONFLICT DO NOTHING`),
  ];
}

export async function findOperation(
  db: Db,
  projectId: string,
  id: string,
): Promise<OperationRow | undefined> {
  return db.query.operations.findFirst({
    where: and(eq(operations.projectId, projectId), eq(operations.id, id)),
  });
}

export function markUndone(db: Db, projectId: string, id: string, by: string): Statement {
  return db
    .update(operations)
    .set({ undoneBy: by })
    .where(and(eq(operations.projectId, projectId), eq(operations.id, id)));
}

/** The operations about a cluster, newest first, each with how many reports it moved or marked. */
export async function operationsOfCluster(
  db: Db,
  projectId: string,
  clusterId: string,
  limit = 100,
): Promise<(OperationRow & { reports: number; about: string[] })[]> {
  const about = db
    .select({ id: operationClusters.operationId })
    .from(operationClusters)
    .where(
      and(eq(operationClusters.projectId, projectId), eq(operationClusters.clusterId, clusterId)),
    )
    .orderBy(desc(operationClusters.revision))
    .limit(limit);
  const rows = await db.query.operations.findMany({
    where: and(eq(operations.projectId, projectId), inArray(operations.id, about)),
    orderBy: [desc(operations.revision), desc(operations.id)],
  });
  const ids = jsonIds(rows.map((row) => row.id));
  const some = jsonIds(rows.flatMap((row) => (row.kind === "regroup" ? [] : row.id)));
  const [counts, clusterIds] = await Promise.all([
    db.all<{ id: string; reports: number }>(sql`
      SELECT operation_id AS id, count(*) AS reports FROM grouping_decisions
      WHERE project_id = ${projectId} AND operation_id IN (SELECT value FROM json_each(${ids}))
      GROUP BY operation_id`),
    db.all<{ id: string; clusterId: string }>(sql`
      SELECT operation_id AS id, cluster_id AS clusterId FROM operation_clusters
      WHERE project_id = ${projectId} AND operation_id IN (SELECT value FROM json_each(${some}))`),
  ]);
  const reports = new Map(counts.map((one) => [one.id, one.reports]));
  return rows.map((row) => ({
    ...row,
    reports: reports.get(row.id) ?? 0,
    // One of the machine may be about thousands.
    about:
      row.kind === "regroup"
        ? [clusterId]
        : clusterIds.flatMap((one) => (one.id === row.id ? one.clusterId : [])),
  }));
}

/** Of these reports: those that a person's operation was about after a revision, unless it was undone. */
export async function touchedAfter(
  db: Db,
  projectId: string,
  feedbackIds: string[],
  revision: number,
): Promise<Set<string>> {
  const rows = await db.all<{ id: string }>(sql`
    SELECT DISTINCT row.feedback_id AS id FROM grouping_decisions AS row
    JOIN operations AS op ON op.id = row.operation_id
    WHERE row.project_id = ${projectId} AND row.revision > ${revision}
      AND row.feedback_id IN (SELECT value FROM json_each(${jsonIds(feedbackIds)}))
      AND op.undone_by IS NULL AND op.actor NOT LIKE 'system:%' AND op.kind <> 'regroup'
      AND (op.kind <> 'undo' OR op.effect->>'undoesMachine' = 1)`);
  return new Set(rows.map((row) => row.id));
}

/** What persons moved out of or into these clusters after a revision, by operation, unless it was undone. */
export async function movesAfter(
  db: Db,
  projectId: string,
  clusterIds: string[],
  revision: number,
): Promise<
  { id: string; revision: number; moves: { feedbackId: string; from: string; to: string }[] }[]
> {
  const rows = await db.all<{
    id: string;
    revision: number;
    feedbackId: string;
    origin: string;
    target: string;
  }>(sql`
    SELECT row.operation_id AS id, op.revision AS revision, row.feedback_id AS feedbackId, row.previous_cluster_id AS origin,
           row.cluster_id AS target
    FROM grouping_decisions AS row JOIN operations AS op ON op.id = row.operation_id
    WHERE row.project_id = ${projectId} AND row.previous_cluster_id IS NOT NULL
      AND row.operation_id IN (SELECT operation_id FROM operation_clusters WHERE project_id = ${projectId}
        AND cluster_id IN (SELECT value FROM json_each(${jsonIds(clusterIds)})) AND revision > ${revision})
      AND op.undone_by IS NULL AND op.actor NOT LIKE 'system:%' AND op.kind <> 'regroup'
      AND (op.kind <> 'undo' OR op.effect->>'undoesMachine' = 1)`);
  return [...new Map(rows.map((row) => [row.id, row.revision]))].map(([id, revision]) => ({
    id,
    revision,
    moves: rows.flatMap((row) =>
      row.id === id ? { feedbackId: row.feedbackId, from: row.origin, to: row.target } : [],
    ),
  }));
}

export type LinkToInsert = { feedbackId: string; kind: LinkKind; side: 0 | 1 };

export function insertLinks(
  db: Db,
  projectId: string,
  operationId: string,
  rows: LinkToInsert[],
): Statement[] {
  return chunks(rows).map((chunk) =>
    db.run(sql`
      INSERT INTO grouping_links (project_id, feedback_id, operation_id, kind, side)
      SELECT ${projectId}, value->>'feedbackId', ${operationId}, value->>'kind', value->>'side'
      FROM json_each(${JSON.stringify(chunk)}) WHERE true
      ON CONFLICT DO NOTHING`),
  );
}

/** Reports that an operation found, and that it would not have found without another one that is undone. */
export function deleteLinks(
  db: Db,
  projectId: string,
  operationId: string,
  feedbackIds: string[],
): Statement {
  return db.run(sql`
    DELETE FROM grouping_links WHERE project_id = ${projectId} AND operation_id = ${operationId} AND side = 1
      AND feedback_id IN (SELECT value FROM json_each(${jsonIds(feedbackIds)}))`);
}

/**
 * What persons said about these reports, in operations that are not undone; with `via`, only in those that are about one
 * of these as well. At most `limit` rows, the newest words first: of several about a pair the newest holds.
 */
export async function listLinks(
  db: Db,
  projectId: string,
  feedbackIds: string[],
  limit: number,
  via?: string[],
): Promise<
  { operationId: string; revision: number; kind: LinkKind; feedbackId: string; side: number }[]
> {
  return db.all(sql`
    SELECT link.operation_id AS operationId, op.revision AS revision, link.kind AS kind,
           link.feedback_id AS feedbackId, link.side AS side
    FROM grouping_links AS link JOIN operations AS op ON op.id = link.operation_id
    WHERE link.project_id = ${projectId} AND op.undone_by IS NULL
      AND link.feedback_id IN (SELECT value FROM json_each(${jsonIds(feedbackIds)}))
      ${via === undefined ? sql`` : amongOperationsOf(projectId, via)}
    ORDER BY op.revision DESC LIMIT ${limit}`);
}

/** Every link of the operations that are about one of these reports, with where each report is. At most `limit` rows. */
export async function listLinksAround(
  db: Db,
  projectId: string,
  feedbackIds: string[],
  limit: number,
): Promise<
  {
    operationId: string;
    revision: number;
    kind: LinkKind;
    feedbackId: string;
    side: number;
    clusterId: string | null;
  }[]
> {
  return db.all(sql`
    SELECT link.operation_id AS operationId, op.revision AS revision, link.kind AS kind,
           link.feedback_id AS feedbackId, link.side AS side, item.cluster_id AS clusterId
    FROM grouping_links AS link JOIN operations AS op ON op.id = link.operation_id
    LEFT JOIN feedback AS item ON item.id = link.feedback_id
    WHERE link.project_id = ${projectId} AND op.undone_by IS NULL ${amongOperationsOf(projectId, feedbackIds)}
    LIMIT ${limit}`);
}

function amongOperationsOf(projectId: string, feedbackIds: string[]): SQL {
  return sql`AND link.operation_id IN (SELECT operation_id FROM grouping_links WHERE project_id = ${projectId}
    AND feedback_id IN (SELECT value FROM json_each(${jsonIds(feedbackIds)})))`;
}

/** Words that the machine made of these reports, and that a change by hand kept in order to put them back. */
export function forgetMachineWords(db: Db, projectId: string, feedbackIds: string[]): Statement[] {
  const about = sql`SELECT operation_id FROM operation_clusters WHERE project_id = ${projectId} AND cluster_id IN
    (SELECT cluster_id FROM grouping_decisions WHERE project_id = ${projectId}
       AND feedback_id IN (SELECT value FROM json_each(${jsonIds(feedbackIds)})))`;
  return ["title", "summary"].map((column) =>
    db.run(sql`
      UPDATE operations SET effect = json_remove(effect, ${`$.before.${column}`})
      WHERE project_id = ${projectId} AND kind = 'change' AND id IN (${about})
        AND json_extract(effect, ${`$.before.${column}`}) IS NOT NULL
        AND json_extract(effect, ${`$.before.${column}EditedAt`}) IS NULL`),
  );
}

/** Rows in portions that one statement can take. */
export function chunks<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / ROWS_PER_STATEMENT) }, (_, i) =>
    rows.slice(i * ROWS_PER_STATEMENT, (i + 1) * ROWS_PER_STATEMENT),
  );
}
