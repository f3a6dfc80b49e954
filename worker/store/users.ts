import { and, eq, gt, isNull, lt } from "drizzle-orm";
import type { Db, Statement } from "./db";
import { memberships, sessions, signInLinks, users } from "./schema";

export type UserRow = typeof users.$inferSelect;

/** Users, sessions and sign-in links belong to the installation, not to a project: the one exception to "project first". */
export async function findUserByEmail(db: Db, email: string): Promise<UserRow | undefined> {
  return db.query.users.findFirst({ where: eq(users.email, email) });
}

export async function findUser(db: Db, id: string): Promise<UserRow | undefined> {
  return db.query.users.findFirst({ where: eq(users.id, id) });
}

export function insertUser(db: Db, user: typeof users.$inferInsert): Statement {
  return db.insert(users).values(user).onConflictDoNothing();
}

export function insertSignInLink(db: Db, link: typeof signInLinks.$inferInsert): Statement {
  return db.insert(signInLinks).values(link);
}

/** Marks a link as used and returns its user; null when it is unknown, used, or past its time. One statement: one winner. */
export async function useSignInLink(
  db: Db,
  tokenHash: string,
  now: number,
): Promise<string | null> {
  const [row] = await db
    .update(signInLinks)
    .set({ usedAt: now })
    .where(
      and(
        eq(signInLinks.tokenHash, tokenHash),
        isNull(signInLinks.usedAt),
        gt(signInLinks.expiresAt, now),
      ),
    )
    .returning({ userId: signInLinks.userId });
  return row?.userId ?? null;
}

export function insertSession(db: Db, session: typeof sessions.$inferInsert): Statement {
  return db.insert(sessions).values(session);
}

export function deleteSession(db: Db, tokenHash: string): Statement {
  return db.delete(sessions).where(eq(sessions.tokenHash, tokenHash));
}

export async function findSessionUser(
  db: Db,
  tokenHash: string,
  now: number,
): Promise<UserRow | undefined> {
  const [row] = await db
    .select({ user: users })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, now)));
  return row?.user;
}

/** Removes ended sessions and links; called by cron. */
export async function forgetEndedSessions(db: Db, now: number): Promise<void> {
  await db.batch([
    db.delete(sessions).where(lt(sessions.expiresAt, now)),
    db.delete(signInLinks).where(lt(signInLinks.expiresAt, now)),
  ]);
}

/** The role of a person in a project, if any. */
export async function findRole(db: Db, projectId: string, userId: string) {
  const row = await db.query.memberships.findFirst({
    columns: { role: true },
    where: and(eq(memberships.projectId, projectId), eq(memberships.userId, userId)),
  });
  return row?.role ?? null;
}

export function insertMembership(db: Db, row: typeof memberships.$inferInsert): Statement {
  return db.insert(memberships).values(row).onConflictDoNothing();
}
