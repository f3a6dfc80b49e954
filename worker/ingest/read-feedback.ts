import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { SOURCE_KINDS, type FeedbackItem } from "../domain/feedback";
import { decodeCursor, toPage, type Page } from "../store/cursor";
import { findFeedback, listFeedback } from "../store/feedback";
import { toFeedbackItem } from "../store/feedback-item";
import type { IngestDeps } from "./deps";

export const FeedbackQuery = z.object({
  project_id: z.string().optional(),
  source: z.enum(SOURCE_KINDS).optional(),
  status: z.enum(["unclustered", "clustered"]).optional(),
  cluster_id: z.uuid().optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** A page of items, newest first. */
export async function readFeedbackPage(
  deps: Pick<IngestDeps, "db">,
  who: ProjectActor,
  query: z.output<typeof FeedbackQuery>,
): Promise<Page<FeedbackItem>> {
  const rows = await listFeedback(deps.db, who.projectId, {
    source: query.source,
    unclustered: query.status === undefined ? undefined : query.status === "unclustered",
    clusterId: query.cluster_id,
    since: query.since === undefined ? undefined : Date.parse(query.since),
    cursor: decodeCursor(query.cursor),
    limit: query.limit,
  });
  return toPage(rows, query.limit, (row) => ({ at: row.createdAt, id: row.id }), toFeedbackItem);
}

export async function readFeedback(
  deps: Pick<IngestDeps, "db">,
  who: ProjectActor,
  id: string,
): Promise<FeedbackItem> {
  const row = await findFeedback(deps.db, who.projectId, id);
  if (!row) throw notFound("feedback item");
  return toFeedbackItem(row);
}
