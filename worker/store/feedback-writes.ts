import { and, eq, ne, sql } from "drizzle-orm";
import type { NewFeedback, SourceKind } from "../domain/feedback";
import { type Db, type Statement, jsonIds, runBatch } from "./db";
import type { FeedbackRow } from "./feedback";
import { feedback } from "./schema";

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
