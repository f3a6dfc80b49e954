import type { ProjectActor } from "../domain/actor";
import type { Clock } from "../kit/clock";
import type { Db } from "../store/db";
import type { DeliveryNote, SourceChannel } from "../domain/source";
import type { ScrubRules } from "../domain/scrub-rules";
import type { Admission, Arrival } from "../domain/storm";
import type { AddressedSource, SourceRow } from "../store/sources";
import type { ListIssues } from "./sources/github/client";
import type { PullNews, PullRequestMoved } from "./sources/github/map";
import type { RedditClient } from "./sources/reddit/client";
import type { VerifiedDelivery } from "./verified-delivery";

/** Work for the ingest queue: one source's poll of one tick, or one repository to sync. `v` is the body's version. */
export type PollJob =
  | { v: 1; kind: "poll_source"; projectId: string; sourceId: string }
  | { v: 1; kind: "sync_github"; projectId: string; sourceId: string; repository: string };
/** The same, and what `erase` has to do. */
export type IngestJob = PollJob | { v: 1; kind: "erase"; erasureId: string };

/** What a source's meter does for its doors. None of it fails: a delivery must not be lost because counting is down. */
export type SourceMeter = {
  admit(arrival: Arrival): Promise<Admission>;
  confirm(eventIds: string[], deliveryId: string | null, note: DeliveryNote): Promise<void>;
  note(note: DeliveryNote): Promise<void>;
};

/** What this room needs of others. */
export type IngestDeps = {
  db: Db;
  clock: Clock;
  /** Tells the project's brain that there is something to place. Losing this call loses nothing: cron calls again. */
  announce(projectId: string): Promise<void>;
  /** Tells the brain that an item is gone, so that its vector goes too. */
  forget(projectId: string, feedbackIds: string[]): Promise<void>;
  /**
   * The source that an address means, from a mirror that is a minute old at most, or older while the database is away.
   * `fresh` asks the database. Throws when neither answers.
   */
  sourceAt(
    channel: SourceChannel,
    key: string,
    options?: { fresh: boolean },
  ): Promise<AddressedSource | null>;
  meter(sourceId: string): SourceMeter;
  /** What is scrubbed from a project's reports; everything while the database is away. Never fails. */
  scrubRules(projectId: string): Promise<ScrubRules>;
  /** Keeps a verified delivery on the ingest queue, a large one in the archive; throws when that fails. */
  queueDelivery(delivery: VerifiedDelivery): Promise<void>;
  /** Everything that is archived of a project, and all that its brain knows. */
  eraseArchive(projectId: string): Promise<void>;
  eraseBrain(projectId: string): Promise<void>;
  /** The secrets that a delivery to this source may be signed with. */
  secretsOf(source: SourceRow): Promise<string[]>;
  /** Tells the hands that a pull request was closed, merged or opened again. */
  notePullRequest(who: ProjectActor, pull: PullRequestMoved): Promise<void>;
  /** Tells them what reviewers and checks say of pull requests. */
  notePullNews(who: ProjectActor, news: PullNews[]): Promise<void>;
  /** Puts jobs on the ingest queue. */
  sendJobs(jobs: PollJob[]): Promise<void>;
  listIssues: ListIssues;
  reddit: RedditClient;
  /** What is polled on Reddit for projects that have no list of their own. */
  fallbackSubreddits: string[];
  /** Delivers a request to our own webhook address, as the outside service would. */
  deliver(request: Request): Promise<Response>;
};
