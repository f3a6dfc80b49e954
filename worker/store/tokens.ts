import { and, desc, eq, gt, isNull, or } from "drizzle-orm";
import type { Db, Statement } from "./db";
import { apiTokens } from "./schema";

export type TokenRow = typeof apiTokens.$inferSelect;

/** The live token with this hash. The hash is the lookup key: the project is what it tells. */
export async function findLiveToken(
  db: Db,
  tokenHash: string,
  now: number,
): Promise<TokenRow | undefined> {
  return db.query.apiTokens.findFirst({
    where: and(
      eq(apiTokens.tokenHash, tokenHash),
      isNull(apiTokens.revokedAt),
      or(isNull(apiTokens.expiresAt), gt(apiTokens.expiresAt, now)),
    ),
  });
}

export async function listTokens(db: Db, projectId: string): Promise<TokenRow[]> {
  return db.query.apiTokens.findMany({
    where: and(eq(apiTokens.projectId, projectId), isNull(apiTokens.revokedAt)),
    orderBy: desc(apiTokens.createdAt),
    limit: 100,
  });
}

export function insertToken(db: Db, row: typeof apiTokens.$inferInsert): Statement {
  return db.insert(apiTokens).values(row);
}

export function revokeToken(db: Db, projectId: string, tokenId: string, now: number): Statement {
  return db
    .update(apiTokens)
    .set({ revokedAt: now })
    .where(and(eq(apiTokens.projectId, projectId), eq(apiTokens.id, tokenId)));
}

export function noteTokenUse(db: Db, projectId: string, tokenId: string, now: number): Statement {
  return db
    .update(apiTokens)
    .set({ lastUsedAt: now })
    .where(and(eq(apiTokens.projectId, projectId), eq(apiTokens.id, tokenId)));
}

export async function findToken(
  db: Db,
  projectId: string,
  tokenId: string,
): Promise<TokenRow | undefined> {
  return db.query.apiTokens.findFirst({
    where: and(eq(apiTokens.projectId, projectId), eq(apiTokens.id, tokenId)),
  });
}
