import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { isoTime } from "../kit/clock";
import { commit } from "../store/commit";
import { decodeCursor, toPage, type Page } from "../store/cursor";
import {
  deleteDeadLetter,
  findDeadLetter,
  listDeadLetters,
  type DeadLetterRow,
} from "../store/dead-letters";
import type { IngestDeps } from "./deps";
import { storeDelivery } from "./store-delivery";
import { VerifiedDelivery } from "./verified-delivery";

export const DeadLetterView = z.object({
  id: z.string(),
  project_id: z.string(),
  source_id: z.string().nullable(),
  error: z.string(),
  failed_at: z.string(),
  /** The delivery as it was read; its text is as untrusted as any report's. */
  message: z.unknown(),
});
export type DeadLetterView = z.infer<typeof DeadLetterView>;

export const DeadLetterQuery = z.object({
  project_id: z.string().optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** Deliveries that could not be stored, newest first. */
export async function readDeadLetters(
  deps: IngestDeps,
  who: ProjectActor,
  query: z.output<typeof DeadLetterQuery>,
): Promise<Page<DeadLetterView>> {
  const cursor = decodeCursor(query.cursor);
  const rows = await listDeadLetters(deps.db, who.projectId, { cursor, limit: query.limit });
  return toPage(rows, query.limit, (row) => ({ at: row.failedAt, id: row.id }), toView);
}

/**
 * Tries a dead letter again, and removes it when it could be stored. Throws `conflict`, in the words of the fault, when it
 * still cannot; it stays then.
 */
export async function replayDeadLetter(
  deps: IngestDeps,
  who: ProjectActor,
  id: string,
): Promise<{ feedback_ids: string[] }> {
  const row = await findDeadLetter(deps.db, who.projectId, id);
  if (!row) throw notFound("dead letter");
  const delivery = VerifiedDelivery.safeParse(row.message);
  if (!delivery.success) {
    throw new DomainError("conflict", "This version cannot read the delivery. Delete it.");
  }
  const { feedback_ids } = await storeDelivery(deps, {
    ...delivery.data,
    projectId: who.projectId,
  }).catch((error: unknown) => {
    if (error instanceof DomainError) throw new DomainError("conflict", error.detail);
    throw error;
  });
  await remove(deps, who, id, "dead_letter.replay");
  return { feedback_ids };
}

export async function removeDeadLetter(
  deps: IngestDeps,
  who: ProjectActor,
  id: string,
): Promise<void> {
  if (!(await findDeadLetter(deps.db, who.projectId, id))) throw notFound("dead letter");
  await remove(deps, who, id, "dead_letter.delete");
}

async function remove(
  deps: IngestDeps,
  who: ProjectActor,
  id: string,
  action: string,
): Promise<void> {
  await commit(deps.db, who, deps.clock(), [deleteDeadLetter(deps.db, who.projectId, id)], {
    action,
    target: `dead_letter:${id}`,
  });
}

function toView(row: DeadLetterRow): DeadLetterView {
  return {
    id: row.id,
    project_id: row.projectId,
    source_id: row.sourceId,
    error: row.error,
    failed_at: isoTime(row.failedAt),
    message: row.message,
  };
}
