import { and, asc, eq, sql } from "drizzle-orm";
import type { SourceKind } from "../domain/feedback";
import type { DropReason } from "../domain/source";
import type { Db, Statement } from "./db";
import { projects, sources } from "./schema";

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

/** The source behind the public key of a DSN, in the project of that number. */
export async function findSourceByDsn(
  db: Db,
  projectNumber: number,
  publicKey: string,
): Promise<SourceRow | undefined> {
  const [row] = await db
    .select({ source: sources })
    .from(sources)
    .innerJoin(projects, eq(projects.id, sources.projectId))
    .where(
      and(
        eq(sources.addressKey, publicKey),
        eq(sources.channel, "dsn"),
        eq(projects.number, projectNumber),
      ),
    );
  return row?.source;
}

/** The source behind the local part of a mail address. */
export async function findSourceByMail(db: Db, localPart: string): Promise<SourceRow | undefined> {
  return db.query.sources.findFirst({
    where: and(eq(sources.addressKey, localPart), eq(sources.channel, "mail")),
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

export function updateSource(
  db: Db,
  projectId: string,
  sourceId: string,
  changes: Partial<Pick<SourceRow, "name" | "settings" | "addressKey">>,
): Statement {
  return db
    .update(sources)
    .set(changes)
    .where(and(eq(sources.projectId, projectId), eq(sources.id, sourceId)));
}

/** Counts what came in and was not kept. */
export function countDropped(
  db: Db,
  projectId: string,
  sourceId: string,
  reason: DropReason,
  count = 1,
): Statement {
  const path = `$.${reason}`;
  return db.run(sql`
    UPDATE sources SET dropped = json_set(dropped, ${path}, coalesce(json_extract(dropped, ${path}), 0) + ${count})
    WHERE project_id = ${projectId} AND id = ${sourceId}`);
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
