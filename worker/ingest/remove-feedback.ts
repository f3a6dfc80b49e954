import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { logFailure } from "../kit/log";
import { recountClusters } from "../store/clusters";
import { commit } from "../store/commit";
import { deleteFeedback, findFeedback } from "../store/feedback";
import type { IngestDeps } from "./deps";

/** Deletes an item from the database and the brain. The ledger keeps that it was there, without its text. */
export async function removeFeedback(
  deps: IngestDeps,
  who: ProjectActor,
  id: string,
): Promise<void> {
  const row = await findFeedback(deps.db, who.projectId, id);
  if (!row) throw notFound("feedback item");
  const now = deps.clock();
  const statements = [deleteFeedback(deps.db, who.projectId, id)];
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
