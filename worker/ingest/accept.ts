import type { ProjectActor } from "../domain/actor";
import { BODY_LIMIT, cleanText, TITLE_LIMIT, type NewFeedback } from "../domain/feedback";
import { fingerprintOf } from "../domain/fingerprint";
import { newId } from "../domain/ids";
import { scrubFeedback, type ScrubRules } from "../domain/scrub";
import { logEvent } from "../kit/log";
import { runBatch, type Statement } from "../store/db";
import { findKnown, type FeedbackRow } from "../store/feedback";
import {
  fillMetadata,
  insertFeedback,
  setFeedbackState,
  type FeedbackToInsert,
} from "../store/feedback-writes";
import type { IngestDeps } from "./deps";
import { differenceOf, retell } from "./retell";

export type AcceptResult = {
  external_id: string;
  id: string;
  status: "created" | "updated" | "duplicate";
};

/** Rows per statement: keeps one bound parameter well under D1's 2 MB. */
const CHUNK_ROWS = 50;
const CHUNK_CHARS = 500_000;

/**
 * Stores reports of one source kind: cleans and scrubs the text, lets the database drop what it already has, replaces the
 * text of known items that changed, and tells the brain. Never clusters. Results come in the order of the items.
 */
export async function accept(
  deps: IngestDeps,
  who: ProjectActor,
  sourceId: string | null,
  items: NewFeedback[],
): Promise<AcceptResult[]> {
  const results: AcceptResult[] = [];
  const rules = await deps.scrubRules(who.projectId);
  for (const chunk of chunksOf(items.map((item) => prepare(item, sourceId, rules)))) {
    results.push(...(await acceptChunk(deps, who, chunk)));
  }
  if (results.some((result) => result.status !== "duplicate")) await deps.announce(who.projectId);
  return results;
}

/** What is stored of a report: text cleaned and scrubbed of personal data, and its fingerprint. */
export function prepare(
  item: NewFeedback,
  sourceId: string | null,
  rules: ScrubRules,
): FeedbackToInsert {
  const safe = scrubFeedback(item, rules);
  return {
    ...safe,
    id: newId(),
    sourceId,
    title: cleanText(safe.title, TITLE_LIMIT) || "(no title)",
    body: cleanText(safe.body, BODY_LIMIT),
    raw_text: cleanText(safe.raw_text, BODY_LIMIT),
    fingerprint: fingerprintOf(safe.metadata),
  };
}

async function acceptChunk(
  deps: IngestDeps,
  who: ProjectActor,
  chunk: FeedbackToInsert[],
): Promise<AcceptResult[]> {
  const unique = [...new Map(chunk.map((item) => [item.external_id, item])).values()];
  const { created, adopted } = await insertFeedback(deps.db, who.projectId, unique, deps.clock());
  for (const item of unique) {
    if (created.has(item.id)) logEvent("ingested", { source: item.source, feedback_id: item.id });
  }
  const closed = unique.filter((item) => created.has(item.id) && item.state === "closed");
  if (closed.length > 0) {
    const ids = closed.map((item) => item.id);
    await runBatch(deps.db, [
      setFeedbackState(deps.db, who.projectId, ids, "closed", deps.clock()),
    ]);
  }
  const known = unique.filter((item) => !created.has(item.id) && !adopted.has(item.external_id));
  const updated = await updateKnown(deps, who, known);
  const idOf = new Map<string, string>(unique.map((item) => [item.external_id, item.id]));
  for (const [externalId, id] of adopted) idOf.set(externalId, id);
  for (const [externalId, row] of updated.rows) idOf.set(externalId, row.id);
  const seen = new Set<string>();
  return chunk.map(({ external_id }) => {
    const id = idOf.get(external_id)!;
    const first = !seen.has(external_id);
    seen.add(external_id);
    if (first && created.has(id)) return { external_id, id, status: "created" as const };
    if (first && (updated.changed.has(id) || adopted.has(external_id))) {
      return { external_id, id, status: "updated" as const };
    }
    return { external_id, id, status: "duplicate" as const };
  });
}

/** Items that are known already: those whose text changed at the source are replaced. */
async function updateKnown(deps: IngestDeps, who: ProjectActor, known: FeedbackToInsert[]) {
  const changed = new Set<string>();
  const [first] = known;
  if (!first) return { rows: new Map<string, FeedbackRow>(), changed };
  const rows = await findKnown(deps.db, who.projectId, first.source, known);
  const now = deps.clock();
  const statements: Statement[] = [];
  for (const item of known) {
    const row = rows.get(item.external_id);
    if (!row || row.state === "deleted") continue;
    if (row.externalId !== item.external_id) {
      // What stands for the file tells less than the file's first report, but may tell other things.
      statements.push(fillMetadata(deps.db, who.projectId, row.id, item.metadata, now));
      continue;
    }
    const differs = differenceOf(row, item);
    if (!differs) continue;
    changed.add(row.id);
    statements.push(...retell(deps, who, row, item, differs, now));
  }
  await runBatch(deps.db, statements);
  return { rows, changed };
}

/** Chunks of one source kind each, small enough for one statement. */
function chunksOf(items: FeedbackToInsert[]): FeedbackToInsert[][] {
  const chunks: FeedbackToInsert[][] = [];
  let size = 0;
  for (const item of items) {
    const chars =
      item.title.length +
      item.body.length +
      item.raw_text.length +
      JSON.stringify(item.metadata).length;
    const last = chunks.at(-1);
    const fits =
      last &&
      last.length < CHUNK_ROWS &&
      size + chars < CHUNK_CHARS &&
      last[0]!.source === item.source;
    if (fits) last.push(item);
    else chunks.push([item]);
    size = fits ? size + chars : chars;
  }
  return chunks;
}
