import { and, asc, eq } from "drizzle-orm";
import type { SourceKind } from "../domain/feedback";
import type { Db, Statement } from "./db";
import { sources } from "./schema";

export type SourceRow = typeof sources.$inferSelect;

/** A source by the id in its webhook address; the project is what the row tells. */
export async function findSourceById(db: Db, sourceId: string): Promise<SourceRow | undefined> {
  return db.query.sources.findFirst({ where: eq(sources.id, sourceId) });
}

export async function findSource(
  db: Db,
  projectId: string,
  sourceId: string,
): Promise<SourceRow | undefined> {
  return db.query.sources.findFirst({
    where: and(eq(sources.projectId, projectId), eq(sources.id, sourceId)),
  });
}

export async function listSources(
  db: Db,
  projectId: string,
  kind?: SourceKind,
): Promise<SourceRow[]> {
  return db.query.sources.findMany({
    where: and(eq(sources.projectId, projectId), kind ? eq(sources.kind, kind) : undefined),
    orderBy: asc(sources.createdAt),
    limit: 100,
  });
}

export function upsertSource(db: Db, row: typeof sources.$inferInsert): Statement {
  return db
    .insert(sources)
    .values(row)
    .onConflictDoUpdate({
      target: sources.id,
      set: { name: row.name, secretSealed: row.secretSealed },
      setWhere: eq(sources.projectId, row.projectId),
    });
}

export function deleteSource(db: Db, projectId: string, sourceId: string): Statement {
  return db.delete(sources).where(and(eq(sources.projectId, projectId), eq(sources.id, sourceId)));
}

export function noteDelivery(db: Db, projectId: string, sourceId: string, now: number): Statement {
  return db
    .update(sources)
    .set({ lastDeliveryAt: now })
    .where(and(eq(sources.projectId, projectId), eq(sources.id, sourceId)));
}

/** Remembers the last refusal in words a person can act on. */
export function noteSourceError(
  db: Db,
  projectId: string,
  sourceId: string,
  message: string,
  now: number,
): Statement {
  return db
    .update(sources)
    .set({ lastError: message.slice(0, 300), lastErrorAt: now })
    .where(and(eq(sources.projectId, projectId), eq(sources.id, sourceId)));
}
