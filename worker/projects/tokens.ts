import { z } from "zod";
import { actorName, ROLES, type Permission, type ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { hashSecret, newSecret } from "../kit/secrets";
import { commit } from "../store/commit";
import { findToken, insertToken, listTokens, revokeToken } from "../store/tokens";
import { API_TOKEN_PREFIX } from "./authenticate";
import type { ProjectDeps } from "./deps";
import { toTokenView, type NewTokenView, type TokenView } from "./views";

const DAY_MS = 24 * 60 * 60 * 1000;

export const CreateTokenInput = z.object({
  name: z.string().trim().min(1).max(100),
  role: z.enum(ROLES).default("operator"),
  scopes: z
    .array(
      z.enum([
        "project:read",
        "feedback:write",
        "cluster:write",
        "plan:write",
        "run:start",
        "run:read",
        "source:read",
        "project:admin",
      ] satisfies Permission[]),
    )
    .min(1)
    .nullable()
    .default(null),
  expires_in_days: z.number().int().min(1).max(365).nullable().default(90),
});
export type CreateTokenInput = z.infer<typeof CreateTokenInput>;

/** A new API token. The reply is the only place that ever shows it; the database keeps its hash. */
export async function createToken(
  deps: ProjectDeps,
  who: ProjectActor,
  input: CreateTokenInput,
): Promise<NewTokenView> {
  const token = newSecret(API_TOKEN_PREFIX);
  const now = deps.clock();
  const row = {
    id: newId(),
    projectId: who.projectId,
    name: input.name,
    role: input.role,
    scopes: input.scopes,
    tokenHash: await hashSecret(token),
    hint: `${token.slice(0, 8)}…`,
    createdBy: actorName(who.actor),
    createdAt: now,
    expiresAt: input.expires_in_days === null ? null : now + input.expires_in_days * DAY_MS,
    lastUsedAt: null,
    revokedAt: null,
  };
  await commit(deps.db, who, now, [insertToken(deps.db, row)], {
    action: "token.create",
    target: `token:${row.id}`,
    detail: { name: row.name, role: row.role, scopes: row.scopes },
  });
  return { ...toTokenView(row), token };
}

export async function readTokens(deps: ProjectDeps, who: ProjectActor): Promise<TokenView[]> {
  return (await listTokens(deps.db, who.projectId)).map(toTokenView);
}

/** Ends a token at once. */
export async function endToken(deps: ProjectDeps, who: ProjectActor, id: string): Promise<void> {
  const row = await findToken(deps.db, who.projectId, id);
  if (!row) throw notFound("token");
  const now = deps.clock();
  await commit(deps.db, who, now, [revokeToken(deps.db, who.projectId, id, now)], {
    action: "token.revoke",
    target: `token:${id}`,
  });
}
