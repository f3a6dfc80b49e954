import { and, desc, eq, lt, or } from "drizzle-orm";
import type { Cursor } from "./cursor";
import type { Db, Statement } from "./db";
import { deadLetters } from "./schema";

export type DeadLetterRow = typeof deadLetters.$inferSelect;

/** Keeps a message that could not be handled. The same id again is the same letter. */
export function insertDeadLetter(db: Db, row: DeadLetterRow): Statement {
  return db.insert(deadLetters).values(row).onConflictDoNothing();
}

export async function findDeadLetter(
  db: Db,
  projectId: string,
  id: string,
): Promise<DeadLetterRow | undefined> {
  return db.query.deadLetters.findFirst({
    where: and(eq(deadLetters.projectId, projectId), eq(deadLetters.id, id)),
  });
}

/** A page of a project's letters, newest first; one row more than `limit`. */
export async function listDeadLetters(
  db: Db,
  projectId: string,
  page: { cursor: Cursor | null; limit: number },
): Promise<DeadLetterRow[]> {
  const { cursor, limit } = page;
  const older = cursor
    ? or(
        lt(deadLetters.failedAt, cursor.at),
        and(eq(deadLetters.failedAt, cursor.at), lt(deadLetters.id, cursor.id)),
      )
    : undefined;
  return db.query.deadLetters.findMany({
    where: and(eq(deadLetters.projectId, projectId), older),
    orderBy: [desc(deadLetters.failedAt), desc(deadLetters.id)],
    limit: limit + 1,
  });
}

export function deleteDeadLetter(db: Db, projectId: string, id: string): Statement {
  return db
    .delete(deadLetters)
    .where(and(eq(deadLetters.projectId, projectId), eq(deadLetters.id, id)));
}
