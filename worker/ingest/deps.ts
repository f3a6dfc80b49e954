import type { ProjectActor } from "../domain/actor";
import type { Clock } from "../kit/clock";
import type { Db } from "../store/db";
import type { SourceRow } from "../store/sources";
import type { PullRequestClosed } from "./sources/github/map";

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
  /** Delivers a request to our own webhook address, as the outside service would. */
  deliver(request: Request): Promise<Response>;
};
