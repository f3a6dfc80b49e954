import { DomainError } from "../domain/errors";
import { logEvent } from "../kit/log";
import { runBatch } from "../store/db";
import { insertDeadLetter } from "../store/dead-letters";
import type { IngestDeps } from "./deps";
import { storeDelivery } from "./store-delivery";
import type { VerifiedDelivery } from "./verified-delivery";

/**
 * Stores a delivery that waited on the queue. What can never be stored becomes a dead letter, `id` being the message's own, so
 * that it is there once. Throws what a later try may mend.
 */
export async function storeQueued(
  deps: IngestDeps,
  id: string,
  delivery: VerifiedDelivery,
): Promise<void> {
  try {
    const { accepted, duplicate } = await storeDelivery(deps, delivery);
    await deps.meter(delivery.sourceId).note({ accepted, duplicate });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await bury(deps, id, delivery, error.detail);
  }
}

/** Keeps a delivery as a dead letter: people see it at the source, and may have it tried again. */
export async function bury(
  deps: IngestDeps,
  id: string,
  delivery: VerifiedDelivery,
  error: string,
): Promise<void> {
  const { projectId, sourceId } = delivery;
  const failedAt = deps.clock();
  await runBatch(deps.db, [
    insertDeadLetter(deps.db, { id, projectId, sourceId, message: delivery, error, failedAt }),
  ]);
  logEvent("delivery_buried", { project_id: projectId, source_id: sourceId, letter_id: id });
}
