import { and, asc, eq } from "drizzle-orm";
import type { SourceKind } from "../domain/feedback";
import type { SourceChannel } from "../domain/source";
import type { Db, Statement } from "./db";
import { projects, sources } from "./schema";

export type SourceRow = typeof sources.$inferSelect;

/** A source with the number of its project, which its DSN tells. */
export type AddressedSource = { source: SourceRow; projectNumber: number };

/**
 * The source that an address means: a webhook's by its id, a DSN's or a mail's by its key. The project is what the row tells.
 */
export async function findSourceAt(
  db: Db,
  channel: SourceChannel,
  key: string,
): Promise<AddressedSource | null> {
  const [row] = await db
    .select({ source: sources, projectNumber: projects.number })
    .from(sources)
    .innerJoin(projects, eq(projects.id, sources.projectId))
    .where(
      and(
        eq(channel === "webhook" ? sources.id : sources.addressKey, key),
        eq(sources.channel, channel),
      ),
    );
  return row ?? null;
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

/** A project's sources, oldest first; with `kind`, only the webhooks of that kind. */
export async function listSources(
  db: Db,
  projectId: string,
  kind?: SourceKind,
): Promise<SourceRow[]> {
  return db.query.sources.findMany({
    where: and(
      eq(sources.projectId, projectId),
      kind ? and(eq(sources.kind, kind), eq(sources.channel, "webhook")) : undefined,
    ),
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

export type SourceChanges = Partial<
  Pick<
    SourceRow,
    | "name"
    | "settings"
    | "addressKey"
    | "secretSealed"
    | "previousSecretSealed"
    | "previousSecretUntil"
  >
>;

export function updateSource(
  db: Db,
  projectId: string,
  sourceId: string,
  changes: SourceChanges,
): Statement {
  return db
    .update(sources)
    .set(changes)
    .where(and(eq(sources.projectId, projectId), eq(sources.id, sourceId)));
}

/** Writes a source's health in absolute numbers. Returns false when the source is gone. */
export async function writeHealth(
  db: Db,
  source: Pick<SourceRow, "projectId" | "id">,
  health: Pick<SourceRow, "delivered" | "lastDeliveryAt" | "lastError" | "lastErrorAt">,
): Promise<boolean> {
  const written = await db
    .update(sources)
    .set(health)
    .where(and(eq(sources.projectId, source.projectId), eq(sources.id, source.id)))
    .returning({ id: sources.id });
  return written.length > 0;
}

export function noteDelivery(db: Db, projectId: string, sourceId: string, now: number): Statement {
  return db
    .update(sources)
    .set({ lastDeliveryAt: now })
    .where(and(eq(sources.projectId, projectId), eq(sources.id, sourceId)));
}

/** Remembers what went wrong with a poll, in words a person can act on. */
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
