import { z } from "zod";

/**
 * How far a repository has been read. `since`: the last change that is stored, to the second, as GitHub tells it; `at`: the
 * numbers of the issues that were changed in that very second and are stored; `etag`: of the question that comes next.
 */
const IssueCursor = z.object({
  since: z.string().nullable().catch(null).default(null),
  page: z.number().int().positive().catch(1).default(1),
  at: z.array(z.number()).catch([]).default([]),
  etag: z.string().nullable().catch(null).default(null),
});
export type IssueCursor = z.infer<typeof IssueCursor>;

type Stamped = { number: number; updated_at: string };

/** A stored cursor; an empty one stands before everything. */
export function issueCursor(stored: unknown): IssueCursor {
  return IssueCursor.parse(stored ?? {});
}

/** Whether an issue was stored by an earlier question, so that it is not counted again. */
export function isStored(cursor: IssueCursor, issue: Stamped): boolean {
  return issue.updated_at === cursor.since && cursor.at.includes(issue.number);
}

/**
 * Where the next question begins, once all issues of a page are stored. Pages shift when an issue is changed between two
 * questions, and one would be skipped; so the next question begins at the last time that is stored. Only where a whole page
 * was changed within one second is the page turned.
 */
export function cursorAfter(
  before: IssueCursor,
  issues: readonly Stamped[],
  page: { more: boolean; etag: string | null },
): IssueCursor {
  const { since } = before;
  const last = issues.map((issue) => issue.updated_at).reduce(later, since ?? "");
  const atLast = issues.filter((issue) => issue.updated_at === last).map((issue) => issue.number);
  if (last > (since ?? "")) return { since: last, page: 1, at: atLast, etag: null };
  const at = [...new Set([...before.at, ...atLast])];
  if (page.more) return { since, page: before.page + 1, at, etag: null };
  return { since, page: 1, at, etag: before.page === 1 ? page.etag : null };
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}
