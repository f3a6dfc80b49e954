import { systemActor } from "../domain/actor";
import { ForeignError } from "../kit/foreign-error";
import { logEvent, logFailure } from "../kit/log";
import { decodeCursor, encodeCursor } from "../store/cursor";
import { runBatch } from "../store/db";
import { listFeedback } from "../store/feedback";
import {
  addCounts,
  keepPollTargets,
  listPollTargets,
  noteTargetError,
  saveCursor,
  setNextPoll,
  type PollRow,
} from "../store/polls";
import { noteDelivery, noteSourceError } from "../store/sources";
import { takeReddit } from "./add-reddit";
import type { IngestDeps } from "./deps";
import { healthWords } from "./health";
import { pollSubreddit } from "./poll-subreddit";

/** A poll that takes longer leaves the rest to one that begins at the next tick. */
const POLL_LIMIT_MS = 60_000;
/** Where the walk through stored items is; no subreddit has such a name. */
export const RECHECK = "*";
const RECHECK_AT_ONCE = 100;
const RECHECK_DAYS = 30;

/**
 * One poll of a project's subreddits, those first that have waited longest, so that a broken or slow one starves nobody. What
 * fails is noted with its subreddit and the others go on; only a limit of Reddit's ends the poll, and moves the next one.
 * Foreign failures are not thrown: the next tick is the next try.
 */
export async function pollReddit(deps: IngestDeps, poll: PollRow): Promise<void> {
  const { projectId, sourceId } = poll;
  if (!poll.reddit) return;
  const { keywords, sorts } = poll.reddit;
  const subreddits = poll.reddit.subreddits ?? deps.fallbackSubreddits;
  logEvent("reddit_poll", {
    project_id: projectId,
    source_id: sourceId,
    subreddits: subreddits.length,
    names: subreddits.join(","),
  });
  if (subreddits.length === 0) return;
  const began = deps.clock();
  let brought = false;
  let failure: string | null = null;
  let surprise: unknown;
  for (const subreddit of await longestWaitingFirst(deps, poll, subreddits)) {
    if (deps.clock() - began > POLL_LIMIT_MS) {
      await runBatch(deps.db, [setNextPoll(deps.db, projectId, sourceId, deps.clock())]);
      break;
    }
    try {
      await pollSubreddit(deps, { projectId, sourceId, subreddit, keywords, sorts });
      brought = true;
    } catch (error) {
      if (!(error instanceof ForeignError)) {
        logFailure("subreddit_failed", error, { source_id: sourceId, subreddit });
        surprise ??= error;
        continue;
      }
      failure = await noteFailure(deps, poll, subreddit, error);
      if (error.kind === "rate_limited") break;
    }
  }
  if (brought) failure = (await recheck(deps, poll)) ?? failure;
  const now = deps.clock();
  const words = failure ?? deps.reddit.trouble();
  await runBatch(deps.db, [
    keepPollTargets(deps.db, projectId, sourceId, [...subreddits, RECHECK]),
    ...(brought ? [noteDelivery(deps.db, projectId, sourceId, now)] : []),
    ...(words ? [noteSourceError(deps.db, projectId, sourceId, words, now)] : []),
  ]);
  if (surprise) throw surprise;
}

/** By the time of the last try, good or bad: one that fails each time goes to the end like all others. */
async function longestWaitingFirst(
  deps: IngestDeps,
  { projectId, sourceId }: PollRow,
  subreddits: readonly string[],
): Promise<string[]> {
  const targets = await listPollTargets(deps.db, projectId, sourceId);
  const tried = new Map(
    targets.map((row) => [row.target, Math.max(row.polledAt ?? 0, row.lastErrorAt ?? 0)]),
  );
  const at = (name: string) => tried.get(name) ?? 0;
  return subreddits.toSorted((one, other) => at(one) - at(other));
}

/** Notes a failure with its subreddit; a limit moves the next poll to its end. Returns it in words. */
async function noteFailure(
  deps: IngestDeps,
  { projectId, sourceId }: PollRow,
  subreddit: string,
  error: ForeignError,
): Promise<string> {
  const now = deps.clock();
  const words = healthWords(error, "Reddit", `r/${subreddit}`);
  logEvent("subreddit_not_read", { source_id: sourceId, subreddit, kind: error.kind });
  const key = { projectId, sourceId, target: subreddit };
  await runBatch(deps.db, [
    noteTargetError(deps.db, key, words, now),
    ...(error.kind === "rate_limited"
      ? [setNextPoll(deps.db, projectId, sourceId, now + (error.retryAfterSeconds ?? 60) * 1000)]
      : []),
  ]);
  return words;
}

/**
 * Asks Reddit what became of stored items, a hundred with each poll, from the newest to those of 30 days ago and round again:
 * what was edited since is replaced, what was deleted or removed is taken away. Returns a failure in words.
 */
async function recheck(deps: IngestDeps, poll: PollRow): Promise<string | null> {
  const { projectId, sourceId } = poll;
  const key = { projectId, sourceId, target: RECHECK };
  const row = (await listPollTargets(deps.db, projectId, sourceId)).find(
    (one) => one.target === RECHECK,
  );
  const from = row?.cursor["from"];
  const now = deps.clock();
  const items = await listFeedback(deps.db, projectId, {
    source: "reddit",
    since: now - RECHECK_DAYS * 86_400_000,
    cursor: typeof from === "string" ? decodeCursor(from) : null,
    limit: RECHECK_AT_ONCE,
  });
  const page = items.slice(0, RECHECK_AT_ONCE);
  const last = items.length > page.length ? page.at(-1)! : null;
  try {
    if (page.length > 0) {
      const { things } = await deps.reddit.list({
        path: "/api/info",
        query: { id: page.map((item) => item.externalId).join(","), limit: "100" },
      });
      if (things.length > 0) {
        const who = systemActor("poll_reddit", projectId);
        const { counts } = await takeReddit(deps, who, { items: things }, sourceId);
        // Duplicates are what was expected here: they were counted when they came.
        const { accepted } = counts;
        await runBatch(deps.db, [addCounts(deps.db, projectId, sourceId, { accepted })]);
      }
    }
    const next = last ? { from: encodeCursor({ at: last.createdAt, id: last.id }) } : {};
    await runBatch(deps.db, [saveCursor(deps.db, key, next, now)]);
    return null;
  } catch (error) {
    if (!(error instanceof ForeignError)) throw error;
    return healthWords(error, "Reddit", "a look at earlier posts");
  }
}
