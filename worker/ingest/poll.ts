import { ForeignError } from "../kit/foreign-error";
import { logEvent } from "../kit/log";
import { runBatch } from "../store/db";
import { findPoll, listPollTargets, setNextPoll, takeDuePolls } from "../store/polls";
import { findSource } from "../store/sources";
import type { IngestDeps, IngestJob } from "./deps";
import { pollReddit } from "./poll-reddit";
import { syncGithub } from "./sync-github";

/** How long after a repository's sync cron looks again for what no webhook told, in minutes. */
export const GITHUB_POLL_MINUTES = 15;

/** Each tick: one job for each source that is due. A job that cannot be sent is due again at the next tick. */
export async function pollDue(deps: IngestDeps): Promise<number> {
  const now = deps.clock();
  const due = await takeDuePolls(deps.db, now);
  if (due.length === 0) return 0;
  try {
    await deps.sendJobs(due.map((one) => ({ v: 1, kind: "poll_source", ...one }) as const));
  } catch (error) {
    await runBatch(
      deps.db,
      due.map((one) => setNextPoll(deps.db, one.projectId, one.sourceId, now)),
    );
    throw error;
  }
  logEvent("polls_due", { sources: due.length });
  return due.length;
}

/** Does one job of the ingest queue; one of a source that is gone is over. Throws only what a later try may mend; the rest is in words at the source. */
export async function runIngestJob(deps: IngestDeps, job: IngestJob): Promise<void> {
  if (job.kind === "poll_source") return pollSource(deps, job.projectId, job.sourceId);
  const { projectId, sourceId, repository } = job;
  if (!(await findSource(deps.db, projectId, sourceId))) return;
  await syncGithub(deps, { projectId, sourceId, repository }).catch((error: unknown) => {
    if (!(error instanceof ForeignError)) throw error;
    if (error.kind === "rate_limited" || error.kind === "unavailable") throw error;
    logEvent("sync_ended", { kind: error.kind, source_id: sourceId, repository });
  });
}

/** Each repository on its own; a limit of GitHub's ends the poll, and moves the next one. */
async function pollSource(deps: IngestDeps, projectId: string, sourceId: string): Promise<void> {
  const poll = await findPoll(deps.db, projectId, sourceId);
  if (!poll) return;
  if (poll.reddit) return pollReddit(deps, poll);
  for (const { target: repository } of await listPollTargets(deps.db, projectId, sourceId)) {
    try {
      await syncGithub(deps, { projectId, sourceId, repository });
    } catch (error) {
      if (!(error instanceof ForeignError)) throw error;
      if (error.kind !== "rate_limited") continue;
      const until = deps.clock() + (error.retryAfterSeconds ?? 60) * 1000;
      return void (await runBatch(deps.db, [setNextPoll(deps.db, projectId, sourceId, until)]));
    }
  }
}
