import { and, asc, eq, sql } from "drizzle-orm";
import type { PollCursor, SourceCounts } from "../domain/polling";
import type { Db, Statement } from "./db";
import { polls, pollTargets, sources } from "./schema";

export type PollRow = typeof polls.$inferSelect;
export type PollTargetRow = typeof pollTargets.$inferSelect;

/** A cron tick comes a little early or late; without this slack every second one of a source would be missed. */
const SLACK_MS = 20_000;
const DUE_LIMIT = 500;

export async function findPoll(
  db: Db,
  projectId: string,
  sourceId: string,
): Promise<PollRow | undefined> {
  return db.query.polls.findFirst({
    where: and(eq(polls.projectId, projectId), eq(polls.sourceId, sourceId)),
  });
}

/** The project's polls: one per polled source, of which there are at most 100. */
export async function listPolls(db: Db, projectId: string): Promise<PollRow[]> {
  return db.query.polls.findMany({ where: eq(polls.projectId, projectId), limit: 100 });
}

/** The project's one poll of Reddit. */
export async function findRedditPoll(db: Db, projectId: string): Promise<PollRow | undefined> {
  return db.query.polls.findFirst({
    where: and(eq(polls.projectId, projectId), sql`reddit IS NOT NULL`),
  });
}

/** Adds a poll. One that is there keeps its time, but for an earlier one, and takes interval and settings over. */
export function upsertPoll(db: Db, row: PollRow): Statement {
  return db
    .insert(polls)
    .values(row)
    .onConflictDoUpdate({
      target: polls.sourceId,
      set: {
        everyMinutes: row.everyMinutes,
        reddit: row.reddit,
        nextAt: sql`min(next_at, ${row.nextAt})`,
      },
      setWhere: eq(polls.projectId, row.projectId),
    });
}

/**
 * Takes the polls that are due, across projects (for cron): each moves on by its interval in the same statement, so that two
 * ticks never take one poll twice. A tick that finds more than 500 leaves the rest to the next.
 */
export async function takeDuePolls(
  db: Db,
  now: number,
): Promise<{ sourceId: string; projectId: string }[]> {
  return db.all(sql`
    UPDATE polls SET next_at = ${now} + every_minutes * 60000
    WHERE source_id IN (
      SELECT source_id FROM polls WHERE next_at <= ${now + SLACK_MS} ORDER BY next_at LIMIT ${DUE_LIMIT})
    RETURNING source_id AS sourceId, project_id AS projectId`);
}

/** Not before `at`: the service asked us to wait, or the message of this tick could not be sent. */
export function setNextPoll(db: Db, projectId: string, sourceId: string, at: number): Statement {
  return db
    .update(polls)
    .set({ nextAt: at })
    .where(and(eq(polls.projectId, projectId), eq(polls.sourceId, sourceId)));
}

/** Projects without a source of Reddit's, oldest first, at most 100: those that get the installation's own list. */
export async function projectsWithoutReddit(db: Db): Promise<string[]> {
  const rows = await db.all<{ id: string }>(sql`
    SELECT id FROM projects
    WHERE NOT EXISTS (SELECT 1 FROM sources WHERE project_id = projects.id AND kind = 'reddit')
    ORDER BY number LIMIT 100`);
  return rows.map((row) => row.id);
}

/** What a source asks about, by name; at most 200. */
export async function listPollTargets(
  db: Db,
  projectId: string,
  sourceId?: string,
): Promise<PollTargetRow[]> {
  return db.query.pollTargets.findMany({
    where: and(
      eq(pollTargets.projectId, projectId),
      sourceId ? eq(pollTargets.sourceId, sourceId) : undefined,
    ),
    orderBy: [asc(pollTargets.sourceId), asc(pollTargets.target)],
    limit: 200,
  });
}

export async function findPollTarget(
  db: Db,
  projectId: string,
  sourceId: string,
  target: string,
): Promise<PollTargetRow | undefined> {
  return db.query.pollTargets.findFirst({
    where: and(
      eq(pollTargets.projectId, projectId),
      eq(pollTargets.sourceId, sourceId),
      eq(pollTargets.target, target),
    ),
  });
}

type TargetKey = { projectId: string; sourceId: string; target: string };

/** How far a target has been read. With `polledAt` it was read to its end: what went wrong before is over. */
export function saveCursor(
  db: Db,
  key: TargetKey,
  cursor: PollCursor,
  polledAt: number | null,
): Statement {
  const ended = polledAt === null ? {} : { polledAt, lastError: null, lastErrorAt: null };
  return db
    .insert(pollTargets)
    .values({ ...key, cursor, ...ended })
    .onConflictDoUpdate({
      target: [pollTargets.sourceId, pollTargets.target],
      set: { cursor, ...ended },
      setWhere: eq(pollTargets.projectId, key.projectId),
    });
}

/** Remembers in words what went wrong with a target; where it was read to stays. */
export function noteTargetError(db: Db, key: TargetKey, message: string, now: number): Statement {
  const failure = { lastError: message.slice(0, 300), lastErrorAt: now };
  return db
    .insert(pollTargets)
    .values({ ...key, ...failure })
    .onConflictDoUpdate({
      target: [pollTargets.sourceId, pollTargets.target],
      set: failure,
      setWhere: eq(pollTargets.projectId, key.projectId),
    });
}

/** Forgets targets that are not in the list any more. */
export function keepPollTargets(
  db: Db,
  projectId: string,
  sourceId: string,
  targets: string[],
): Statement {
  return db
    .delete(pollTargets)
    .where(
      and(
        eq(pollTargets.projectId, projectId),
        eq(pollTargets.sourceId, sourceId),
        sql`target NOT IN (SELECT value FROM json_each(${JSON.stringify(targets)}))`,
      ),
    );
}

/** Adds to what a source has brought so far, and notes that it brought something. */
export function addCounts(
  db: Db,
  projectId: string,
  sourceId: string,
  counts: Partial<SourceCounts>,
): Statement {
  const { accepted = 0, duplicate = 0, filtered = 0, refused = 0 } = counts;
  return db
    .update(sources)
    .set({
      accepted: sql`accepted + ${accepted}`,
      duplicate: sql`duplicate + ${duplicate}`,
      filtered: sql`filtered + ${filtered}`,
      refused: sql`refused + ${refused}`,
    })
    .where(and(eq(sources.projectId, projectId), eq(sources.id, sourceId)));
}
