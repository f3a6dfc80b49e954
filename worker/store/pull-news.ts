import { and, desc, eq, sql } from "drizzle-orm";
import type { Db, Statement } from "./db";
import { pullNews } from "./schema";

export type PullNewsRow = typeof pullNews.$inferSelect;

/** Keeps the last word of a reviewer or check; what comes late, or again, changes nothing. */
export function upsertPullNews(db: Db, row: PullNewsRow): Statement {
  const { state, sha, at } = row;
  return db
    .insert(pullNews)
    .values(row)
    .onConflictDoUpdate({
      target: [pullNews.projectId, pullNews.pullNumber, pullNews.kind, pullNews.subject],
      set: { state, sha, at },
      setWhere: sql`excluded.at >= pull_news.at`,
    });
}

/** What was said about a pull request, newest first, at most 200. */
export async function listPullNews(
  db: Db,
  projectId: string,
  pullNumber: number,
): Promise<PullNewsRow[]> {
  return db.query.pullNews.findMany({
    where: and(eq(pullNews.projectId, projectId), eq(pullNews.pullNumber, pullNumber)),
    orderBy: desc(pullNews.at),
    limit: 200,
  });
}
