import { z } from "zod";
import { systemActor } from "../domain/actor";
import { NO_COUNTS, type SourceCounts } from "../domain/polling";
import { ForeignError } from "../kit/foreign-error";
import { logEvent } from "../kit/log";
import { runBatch } from "../store/db";
import { addCounts, findPollTarget, noteTargetError, saveCursor } from "../store/polls";
import { noteDelivery, noteSourceError } from "../store/sources";
import { accept } from "./accept";
import type { IngestDeps } from "./deps";
import { healthWords } from "./health";
import { cursorAfter, isStored, issueCursor, type IssueCursor } from "./sources/github/cursor";
import { GithubIssue, mapGithubIssue, notAReport, repositoryOf } from "./sources/github/issue";

const ListedIssue = GithubIssue.extend({
  updated_at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
});
type ListedIssue = z.infer<typeof ListedIssue>;

/** 1,000 issues a job; the rest is a job of its own. */
const PAGES_PER_JOB = 10;

export type RepositoryOfSource = { projectId: string; sourceId: string; repository: string };

/**
 * Reads a repository's issues from where the last sync ended. Each page is stored, then the cursor moves: a page that fails
 * leaves it where it is. Instead of turning pages, which shift when an issue changes meanwhile, the next question begins at
 * the last time that was stored. Throws `ForeignError`, after the source has it in words.
 */
export async function syncGithub(deps: IngestDeps, key: RepositoryOfSource): Promise<void> {
  const target = { ...key, target: key.repository.toLowerCase() };
  try {
    const row = await findPollTarget(deps.db, key.projectId, key.sourceId, target.target);
    let cursor = issueCursor(row?.cursor);
    for (let pages = 1; ; pages++) {
      const page = await deps.listIssues({ repository: key.repository, ...cursor });
      const issues = page.issues.map((issue) => readIssue(issue));
      const counts = await storeIssues(deps, key, issues, cursor);
      cursor = cursorAfter(cursor, issues, page);
      const now = deps.clock();
      await runBatch(deps.db, [
        saveCursor(deps.db, target, cursor, page.more ? null : now),
        addCounts(deps.db, key.projectId, key.sourceId, counts),
        noteDelivery(deps.db, key.projectId, key.sourceId, now),
      ]);
      logEvent("github_page", { ...key, issues: issues.length, ...counts, more: page.more });
      if (!page.more) return;
      if (page.waitSeconds !== null) throw mustWait(page.waitSeconds);
      if (pages === PAGES_PER_JOB) return deps.sendJobs([{ v: 1, kind: "sync_github", ...key }]);
    }
  } catch (error) {
    if (error instanceof ForeignError) {
      const words = healthWords(error, "GitHub", key.repository);
      const now = deps.clock();
      await runBatch(deps.db, [
        noteTargetError(deps.db, target, words, now),
        noteSourceError(deps.db, key.projectId, key.sourceId, words, now),
      ]);
    }
    throw error;
  }
}

function mustWait(retryAfterSeconds: number): ForeignError {
  return new ForeignError("rate_limited", "GitHub allows no more for now", { retryAfterSeconds });
}

/** An issue that cannot be read ends the sync before it: the cursor never passes what was not stored. */
function readIssue(raw: unknown): ListedIssue {
  const parsed = ListedIssue.safeParse(raw);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new ForeignError("invalid_reply", `An issue cannot be read: ${path.join(".")} ${message}`);
}

/** Stores a page, and counts what the last page or sync has not counted yet. */
async function storeIssues(
  deps: IngestDeps,
  key: RepositoryOfSource,
  issues: ListedIssue[],
  cursor: IssueCursor,
): Promise<SourceCounts> {
  const known = (issue: ListedIssue) => isStored(cursor, issue);
  const reports = issues.filter((issue) => notAReport(issue) === null);
  const results = await accept(
    deps,
    systemActor("sync_github", key.projectId),
    key.sourceId,
    reports.map((issue) =>
      mapGithubIssue(issue, repositoryOf(issue, key.repository), deps.clock()),
    ),
  );
  const counts = { ...NO_COUNTS };
  for (const [index, { status }] of results.entries()) {
    if (status !== "duplicate") counts.accepted++;
    else if (!known(reports[index]!)) counts.duplicate++;
  }
  counts.filtered = issues.filter((issue) => notAReport(issue) !== null && !known(issue)).length;
  return counts;
}
