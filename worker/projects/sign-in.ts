import { z } from "zod";
import { DomainError } from "../domain/errors";
import { hashSecret, newSecret } from "../kit/secrets";
import { isoTime } from "../kit/clock";
import { runBatch, type Statement } from "../store/db";
import { deleteSession, insertSession, insertSignInLink, useSignInLink } from "../store/users";
import type { ProjectDeps } from "./deps";

const LINK_LIFE_MS = 24 * 60 * 60 * 1000;
const SESSION_LIFE_MS = 14 * 24 * 60 * 60 * 1000;

export const SignInInput = z.object({ token: z.string().min(1).max(200) });

/** A one-time sign-in link for a user, and the statement that stores it (hashed). */
export async function makeSignInLink(
  deps: ProjectDeps,
  userId: string,
): Promise<{ url: string; statement: Statement }> {
  const token = newSecret("scl_");
  const createdAt = deps.clock();
  const statement = insertSignInLink(deps.db, {
    tokenHash: await hashSecret(token),
    userId,
    createdAt,
    expiresAt: createdAt + LINK_LIFE_MS,
  });
  return { url: `${deps.settings.PUBLIC_DASHBOARD_URL}/sign-in?token=${token}`, statement };
}

/** Trades a one-time link for a session. Throws `unauthenticated` when the link is unknown, used or too old. */
export async function signIn(
  deps: ProjectDeps,
  input: z.infer<typeof SignInInput>,
): Promise<{ session: string; expires_at: string }> {
  const now = deps.clock();
  const userId = await useSignInLink(deps.db, await hashSecret(input.token), now);
  if (!userId) {
    throw new DomainError("unauthenticated", "This sign-in link is unknown, used, or too old.");
  }
  const session = newSecret("scs_");
  const expiresAt = now + SESSION_LIFE_MS;
  const tokenHash = await hashSecret(session);
  await runBatch(deps.db, [
    insertSession(deps.db, { tokenHash, userId, createdAt: now, expiresAt }),
  ]);
  return { session, expires_at: isoTime(expiresAt) };
}

/** Ends a session; an unknown one is no error. */
export async function signOut(deps: ProjectDeps, session: string): Promise<void> {
  await runBatch(deps.db, [deleteSession(deps.db, await hashSecret(session))]);
}
