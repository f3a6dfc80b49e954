import type { Actor } from "../domain/actor";
import { isLiveRun } from "../domain/run";
import { hashSecret, readSubjectToken } from "../kit/secrets";
import { runBatch } from "../store/db";
import { findRunById } from "../store/runs";
import { findLiveToken, noteTokenUse } from "../store/tokens";
import { findSessionUser } from "../store/users";
import type { ProjectDeps } from "./deps";

export const API_TOKEN_PREFIX = "sct_";
export const RUN_TOKEN_PREFIX = "scr_";
const NOTE_USE_EVERY_MS = 60_000;

/** The person behind a session cookie, or null. */
export async function actorOfSession(deps: ProjectDeps, session: string): Promise<Actor | null> {
  const user = await findSessionUser(deps.db, await hashSecret(session), deps.clock());
  return user ? { kind: "user", userId: user.id, name: user.name } : null;
}

/** The API token or live run behind a bearer token, or null. */
export async function actorOfToken(deps: ProjectDeps, token: string): Promise<Actor | null> {
  if (token.startsWith(RUN_TOKEN_PREFIX)) return actorOfRunToken(deps, token);
  if (!token.startsWith(API_TOKEN_PREFIX)) return null;
  const now = deps.clock();
  const row = await findLiveToken(deps.db, await hashSecret(token), now);
  if (!row) return null;
  if ((row.lastUsedAt ?? 0) < now - NOTE_USE_EVERY_MS) {
    await runBatch(deps.db, [noteTokenUse(deps.db, row.projectId, row.id, now)]);
  }
  const { id: tokenId, projectId, role, scopes } = row;
  return { kind: "token", tokenId, projectId, role, scopes };
}

/** A run's token is a MAC over its id: it needs no storage and dies with the run. */
async function actorOfRunToken(deps: ProjectDeps, token: string): Promise<Actor | null> {
  const runId = await readSubjectToken(deps.settings.SEALING_KEY, RUN_TOKEN_PREFIX, token);
  const run = runId ? await findRunById(deps.db, runId) : undefined;
  if (!run || !isLiveRun(run.status)) return null;
  return { kind: "run", runId: run.id, projectId: run.projectId };
}
