import { and, asc, eq, lt } from "drizzle-orm";
import type { Db, Statement } from "./db";
import { erasures } from "./schema";

export type ErasureRow = typeof erasures.$inferSelect;

/** What was asked to be erased, until it is: the promise survives a crash. */
export function insertErasure(db: Db, row: ErasureRow): Statement {
  return db.insert(erasures).values(row);
}

export async function findErasure(db: Db, id: string): Promise<ErasureRow | undefined> {
  return db.query.erasures.findFirst({ where: eq(erasures.id, id) });
}

/** Erasures that are not done though they were asked for before `before`; oldest first, at most 20. For cron, across projects. */
export async function listOldErasures(db: Db, before: number): Promise<ErasureRow[]> {
  return db.query.erasures.findMany({
    where: lt(erasures.requestedAt, before),
    orderBy: asc(erasures.requestedAt),
    limit: 20,
  });
}

export function deleteErasure(db: Db, projectId: string, id: string): Statement {
  return db.delete(erasures).where(and(eq(erasures.projectId, projectId), eq(erasures.id, id)));
}
