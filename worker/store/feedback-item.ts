import type { FeedbackItem } from "../domain/feedback";
import { isoTime } from "../kit/clock";
import type { FeedbackRow } from "./feedback";

/** A stored row as the item that goes over the wire. */
export function toFeedbackItem(row: FeedbackRow): FeedbackItem {
  return {
    id: row.id,
    project_id: row.projectId,
    source: row.source,
    external_id: row.externalId,
    title: row.title,
    body: row.body,
    raw_text: row.rawText,
    metadata: row.metadata,
    created_at: isoTime(row.createdAt),
    received_at: isoTime(row.receivedAt),
    updated_at: isoTime(row.updatedAt),
    state: row.state,
    cluster_id: row.clusterId,
    unclustered: row.unclustered,
    occurrences: row.occurrences,
    last_occurred_at: isoTime(row.lastOccurredAt),
  };
}
