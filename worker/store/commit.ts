import { and, eq, lt } from "drizzle-orm";
import { actorName, type ProjectActor } from "../domain/actor";
import { DomainError } from "../domain/errors";
import { newId } from "../domain/ids";
import { isUniqueViolation, runBatch, type Db, type Statement } from "./db";
import { auditLog, idempotencyKeys } from "./schema";

/** What a write was: `action` such as `plan.approve`, `target` such as `plan:ID`. */
export type Audit = { action: string; target: string; detail?: Record<string, unknown> };

/** The answer that a repeated request with the same `Idempotency-Key` gets again. Never one that shows a secret. */
export type StoredReply = { status: number; body: unknown };

const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Runs a verb's statements, its audit row and its idempotency row in one transaction. Throws `idempotency_conflict` when
 * the same key is being used by a parallel request; whatever else the database refuses is thrown as it is.
 */
export async function commit(
  db: Db,
  who: ProjectActor,
  now: number,
  statements: Statement[],
  audit: Audit,
  reply?: StoredReply,
): Promise<void> {
  const all = [...statements, auditStatement(db, who, now, audit)];
  const key = who.idempotency;
  if (key && reply) {
    all.push(
      db.insert(idempotencyKeys).values({
        projectId: who.projectId,
        actor: actorName(who.actor),
        key: key.key,
        requestHash: key.requestHash,
        status: reply.status,
        body: JSON.stringify(reply.body),
        createdAt: now,
      }),
    );
  }
  try {
    await runBatch(db, all);
  } catch (error) {
    if (key && isUniqueViolation(error) && (await findStoredReply(db, who))) {
      throw new DomainError("idempotency_conflict", "A request with this key was just answered.");
    }
    throw error;
  }
}

export function auditStatement(db: Db, who: ProjectActor, now: number, audit: Audit): Statement {
  return db.insert(auditLog).values({
    id: newId(),
    projectId: who.projectId,
    actor: actorName(who.actor),
    action: audit.action,
    target: audit.target,
    detail: audit.detail ?? {},
    at: now,
  });
}

/** The reply stored for this actor's key, if any. Throws `idempotency_conflict` when the key was used for another request. */
export async function findStoredReply(
  db: Db,
  who: ProjectActor,
): Promise<{ status: number; body: string } | null> {
  if (!who.idempotency) return null;
  const row = await db.query.idempotencyKeys.findFirst({
    where: and(
      eq(idempotencyKeys.projectId, who.projectId),
      eq(idempotencyKeys.actor, actorName(who.actor)),
      eq(idempotencyKeys.key, who.idempotency.key),
    ),
  });
  if (!row) return null;
  if (row.requestHash !== who.idempotency.requestHash) {
    throw new DomainError(
      "idempotency_conflict",
      "This Idempotency-Key was used for another request.",
    );
  }
  return { status: row.status, body: row.body };
}

/** Removes stored replies older than a day; called by cron. */
export async function forgetOldReplies(db: Db, now: number): Promise<void> {
  await db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, now - KEPT_MS));
}
