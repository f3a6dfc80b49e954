import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import type { FeedbackItem } from "../domain/feedback";
import { commit } from "../store/commit";
import { findFeedback } from "../store/feedback";
import { replaceFeedbackText } from "../store/feedback-writes";
import { toFeedbackItem } from "../store/feedback-item";
import { prepare } from "./accept";
import type { IngestDeps } from "./deps";

export const EditFeedbackInput = z.object({
  title: z.string().trim().min(1).max(500).optional(),
  body: z.string().max(100_000).optional(),
});
export type EditFeedbackInput = z.infer<typeof EditFeedbackInput>;

/** Replaces an item's text. It becomes unclustered and the brain places it anew, with a ledger row. */
export async function editFeedback(
  deps: IngestDeps,
  who: ProjectActor,
  id: string,
  input: EditFeedbackInput,
): Promise<FeedbackItem> {
  const row = await findFeedback(deps.db, who.projectId, id);
  if (!row) throw notFound("feedback item");
  const text = prepare(
    {
      source: row.source,
      external_id: row.externalId,
      title: input.title ?? row.title,
      body: input.body ?? row.body,
      raw_text: input.body ?? row.rawText,
      metadata: row.metadata,
      created_at: row.createdAt,
    },
    row.sourceId,
    await deps.scrubRules(who.projectId),
  );
  const changes = {
    title: text.title,
    body: text.body,
    rawText: text.raw_text,
    metadata: text.metadata,
    fingerprint: text.fingerprint,
  };
  const now = deps.clock();
  const item = toFeedbackItem({ ...row, ...changes, unclustered: true, updatedAt: now });
  await commit(
    deps.db,
    who,
    now,
    [replaceFeedbackText(deps.db, who.projectId, id, changes, now)],
    { action: "feedback.edit", target: `feedback:${id}` },
    { status: 200, body: item },
  );
  await deps.announce(who.projectId);
  return item;
}
