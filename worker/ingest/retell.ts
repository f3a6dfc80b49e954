import type { ProjectActor } from "../domain/actor";
import { auditStatement } from "../store/commit";
import type { Statement } from "../store/db";
import { type FeedbackRow } from "../store/feedback";
import {
  replaceFeedbackMetadata,
  replaceFeedbackText,
  setFeedbackState,
  type FeedbackToInsert,
} from "../store/feedback-writes";
import type { IngestDeps } from "./deps";

type Difference = "text" | "telling";

/**
 * What is new in a known item: its text, or, of a source that tells the whole report each time, its state or labels. What was
 * deleted stays so, and what was told before the stored telling is old news.
 */
export function differenceOf(row: FeedbackRow, item: FeedbackToInsert): Difference | null {
  if (row.state === "deleted" || isOlder(item.metadata, row.metadata)) return null;
  if (row.title !== item.title || row.body !== item.body) return "text";
  if (item.state === undefined) return null;
  const same = row.state === item.state && sameLabels(row.metadata, item.metadata);
  return same ? null : "telling";
}

/** The statements that write what is new, with their audit row. */
export function retell(
  deps: IngestDeps,
  who: ProjectActor,
  row: FeedbackRow,
  item: FeedbackToInsert,
  differs: Difference,
  now: number,
): Statement[] {
  const { db } = deps;
  const { projectId } = who;
  const { title, body, raw_text: rawText, fingerprint } = item;
  const metadata = { ...newsOf(row), ...item.metadata };
  const text = { title, body, rawText, metadata, fingerprint };
  const moved = item.state !== undefined && item.state !== row.state ? item.state : null;
  return [
    differs === "text"
      ? replaceFeedbackText(db, projectId, row.id, text, now)
      : replaceFeedbackMetadata(db, projectId, row.id, metadata, now),
    ...(moved ? [setFeedbackState(db, projectId, [row.id], moved, now)] : []),
    auditStatement(db, who, now, {
      action: differs === "text" ? "feedback.replace" : "feedback.retell",
      target: `feedback:${row.id}`,
      ...(moved ? { detail: { state: moved } } : {}),
    }),
  ];
}

/** What `applyChange` wrote: a new text does not undo it. */
function newsOf({ metadata }: FeedbackRow): Partial<FeedbackRow["metadata"]> {
  return Object.fromEntries(
    ["source_state", "assigned", "comments"].flatMap((key) =>
      metadata[key] === undefined ? [] : [[key, metadata[key]]],
    ),
  );
}

function isOlder(item: FeedbackToInsert["metadata"], row: FeedbackRow["metadata"]): boolean {
  const [told, stored] = [item["updated_at"], row["updated_at"]];
  return typeof told === "number" && typeof stored === "number" && told < stored;
}

function sameLabels(one: FeedbackRow["metadata"], other: FeedbackRow["metadata"]): boolean {
  return JSON.stringify(one["labels"] ?? []) === JSON.stringify(other["labels"] ?? []);
}
