import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { SQLiteRaw } from "drizzle-orm/sqlite-core/query-builders/raw";
import * as schema from "./schema";

export type Db = DrizzleD1Database<typeof schema> & { $client: D1Database };

/** A write that has not run yet: repositories return them, verbs put them into one batch. */
export type Statement = { toSQL(): { sql: string; params: unknown[] } } | SQLiteRaw<unknown>;

export function openDb(d1: D1Database): Db {
  return drizzle(d1, { schema, casing: "snake_case" });
}

/**
 * Runs the statements in one D1 transaction: all or none. Returns the rows that each returned. Does nothing for an empty
 * list. (Drizzle's own `batch` cannot bind the parameters of raw statements on D1.)
 */
export async function runBatch(db: Db, statements: Statement[]): Promise<unknown[][]> {
  if (statements.length === 0) return [];
  const results = await db.$client.batch(
    statements.map((statement) => {
      const query = "toSQL" in statement ? statement.toSQL() : statement.getQuery();
      return db.$client.prepare(query.sql).bind(...query.params);
    }),
  );
  return results.map((result) => result.results);
}

/** Whether a failed write broke a unique or primary key (SQLite's message, which D1 passes on). */
export function isUniqueViolation(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (/UNIQUE constraint failed|SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY)/.test(cause.message)) {
      return true;
    }
  }
  return false;
}

/** Up to any number of ids in one bound parameter (D1 allows 100 of those). */
export function jsonIds(ids: readonly string[]): string {
  return JSON.stringify(ids);
}

/** Whether D1 could not be reached or was overloaded, as opposed to a statement that it refused. */
export function isDatabaseAway(error: unknown): boolean {
  const causes: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause.message);
  const text = causes.join("\n");
  if (
    /SQLITE_(?:ERROR|CONSTRAINT|MISMATCH)|constraint failed|no such (?:table|column)/.test(text)
  ) {
    return false;
  }
  return /D1_ERROR|D1_EXEC_ERROR|Network connection lost|internal error; reference/.test(text);
}
