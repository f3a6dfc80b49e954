import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import type { SourceKind } from "../domain/feedback";
import { logFailure } from "../kit/log";
import { recountClusters } from "../store/cluster-members";
import { commit } from "../store/commit";
import { findFeedback } from "../store/feedback";
import { deleteFeedback, tombstoneFeedback } from "../store/feedback-writes";
import { releaseDuplicates } from "../store/placement";
import type { IngestDeps } from "./deps";

/** Sources that are asked again and again, and would bring back what was deleted here or there. */
const TOLD_AGAIN: ReadonlySet<SourceKind> = new Set(["github", "reddit"]);

/**
 * Deletes an item from the database and the brain. The ledger keeps that it was there, without its text; of a source that
 * tells it again and again an empty row stays as well.
 */
export async function removeFeedback(
  deps: IngestDeps,
  who: ProjectActor,
  id: string,
): Promise<void> {
  const row = await findFeedback(deps.db, who.projectId, id);
  if (!row) throw notFound("feedback item");
  const now = deps.clock();
  const statements = [
    TOLD_AGAIN.has(row.source)
      ? tombstoneFeedback(deps.db, who.projectId, id, now)
      : deleteFeedback(deps.db, who.projectId, id),
    releaseDuplicates(deps.db, who.projectId, [id]),
  ];
  if (row.clusterId) statements.push(recountClusters(deps.db, who.projectId, [row.clusterId], now));
  await commit(deps.db, who, now, statements, {
    action: "feedback.delete",
    target: `feedback:${id}`,
    detail: { source: row.source, external_id: row.externalId },
  });
  // The item is gone; a vector that outlives it is never shown, since items are read from the database.
  await deps
    .forget(who.projectId, [id])
    .catch((error: unknown) => logFailure("vector_not_forgotten", error, { feedback_id: id }));
}
