import type { ProjectActor } from "../domain/actor";
import type { Clock } from "../kit/clock";
import type { Db } from "../store/db";
import type { SourceRow } from "../store/sources";
import type { ListIssues } from "./sources/github/client";
import type { PullRequestClosed } from "./sources/github/map";
import type { RedditClient } from "./sources/reddit/client";

/** Work for the ingest queue: one source's poll of one tick, or one repository to sync. `v` is the body's version. */
export type IngestJob =
  | { v: 1; kind: "poll_source"; projectId: string; sourceId: string }
  | { v: 1; kind: "sync_github"; projectId: string; sourceId: string; repository: string };

/** What this room needs of others. */
export type IngestDeps = {
  db: Db;
  clock: Clock;
  /** Tells the project's brain that there is something to place. Losing this call loses nothing: cron calls again. */
  announce(projectId: string): Promise<void>;
  /** Tells the brain that an item is gone, so that its vector goes too. */
  forget(projectId: string, feedbackIds: string[]): Promise<void>;
  /** The secrets that a delivery to this source may be signed with. */
  secretsOf(source: SourceRow): Promise<string[]>;
  /** Tells the hands that a pull request was closed or merged. */
  notePullRequest(who: ProjectActor, pull: PullRequestClosed): Promise<void>;
  /** Whether a source may bring in one more report now, by the limit of a minute. */
  mayReport(sourceId: string): Promise<boolean>;
  /** Puts jobs on the ingest queue. */
  sendJobs(jobs: IngestJob[]): Promise<void>;
  listIssues: ListIssues;
  reddit: RedditClient;
  /** What is polled on Reddit for projects that have no list of their own. */
  fallbackSubreddits: string[];
  /** Delivers a request to our own webhook address, as the outside service would. */
  deliver(request: Request): Promise<Response>;
};
