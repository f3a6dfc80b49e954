import { newId } from "../domain/ids";
import { DomainError, isBudgetSpent } from "../domain/errors";
import { ForeignError } from "../kit/foreign-error";
import { logEvent, logFailure } from "../kit/log";
import type { Clock } from "../kit/clock";
import {
  insertClusterJob,
  NO_STATS,
  updateClusterJob,
  findClusterJob,
} from "../store/cluster-jobs";
import { runBatch, type Db } from "../store/db";
import type { ClusterJobStats } from "../store/schema";
import type { ActiveJob, JobTables } from "./job-tables";
import type { PlacedBatch } from "./place-batch";

/** An announcement is followed by others: wait this long after the last, but no longer than that after the first. */
export const DEBOUNCE_MS = 1_000;
export const DEBOUNCE_LIMIT_MS = 5_000;
/** If the object dies in the middle of a slice, its alarm comes again after this time. */
export const WATCHDOG_MS = 30_000;
const MAX_FAILURES = 5;
/** While reports trickle in, a job waits a little for more of them: a slice costs nearly the same for one as for fifty. */
const GATHER_MS = 500;
const FULL_BATCH = 50;

export type JobDeps = {
  db: Db;
  clock: Clock;
  projectId: string;
  tables: JobTables;
  /** Places the next batch and describes what changed. `placed: 0` means that nothing waits. */
  placeNext(jobId: string): Promise<PlacedBatch>;
  broadcast(event: { kind: "cluster_job" | "clusters"; id: string; status: string | null }): void;
};

/** When to look again, in milliseconds from now; `null`: when somebody announces. */
export type NextLook = number | null;

/** When the alarm should ring after an announcement. Pure. */
export function announcementAlarm(now: number, firstAnnouncedAt: number): number {
  return Math.min(now + DEBOUNCE_MS, firstAnnouncedAt + DEBOUNCE_LIMIT_MS);
}

/** Back-off after failures: 2, 4, 8 … seconds, a minute at most. Pure. */
export function backOffMs(failures: number): number {
  return Math.min(60_000, 1_000 * 2 ** failures);
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Longer than that a job does not wait: it fails, says why, and the next one waits in its place. */
const LONGEST_PAUSE_MS = 60_000;

/** How long to wait after a failure: as long as the service named, until tomorrow where money is gone, else longer each time. Pure. */
export function pauseAfter(error: unknown, failures: number, now: number): number {
  if (isBudgetSpent(error)) return DAY_MS - (now % DAY_MS);
  const named = error instanceof ForeignError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
  return Math.max(named, backOffMs(failures));
}

/** What a job says of its failure. */
export function failureText(error: unknown): string {
  if (error instanceof DomainError) return error.detail;
  return error instanceof Error ? error.message.slice(0, 300) : "unknown failure";
}

/** Whether a job that failed so often, and would have to pause so long, ends. Pure. */
export function hasFailed(failures: number, pauseMs: number): boolean {
  return failures >= MAX_FAILURES || pauseMs > LONGEST_PAUSE_MS;
}

/**
 * Makes the object's job if it has none. The id is stored before the database hears of it, so that a restart goes on with
 * the same id and writes the same rows.
 */
export async function ensureJob(
  deps: Pick<JobDeps, "db" | "clock" | "projectId" | "tables">,
): Promise<ActiveJob> {
  const job = deps.tables.job() ?? { id: newId(), createdAt: deps.clock(), failures: 0 };
  deps.tables.setJob(job);
  await runBatch(deps.db, [
    insertClusterJob(deps.db, {
      id: job.id,
      projectId: deps.projectId,
      status: "pending",
      stats: NO_STATS,
      createdAt: job.createdAt,
      heartbeatAt: deps.clock(),
    }),
  ]);
  return job;
}

/** One slice of the job: a batch at most. Never throws: a failure is counted, shown in the job, and tried again later. */
export async function runSlice(deps: JobDeps): Promise<NextLook> {
  const announcedAt = deps.tables.announcedAt();
  if (!deps.tables.job()) {
    if (announcedAt === null) return null;
    const pause = deps.tables.pausedUntil() - deps.clock();
    if (pause > 0) return pause;
  }
  const job = await ensureJob(deps).catch(() => null);
  if (!job) return backOffMs(1);
  try {
    return await step(deps, job);
  } catch (error) {
    logFailure("cluster_job_failed", error, { project_id: deps.projectId, job_id: job.id });
    return afterFailure(deps, job, error);
  }
}

async function step(deps: JobDeps, job: ActiveJob): Promise<NextLook> {
  const { db, projectId, tables } = deps;
  const row = await findClusterJob(db, projectId, job.id);
  if (row?.status === "failed") {
    // Cron has given it up: what waits is placed by a new job.
    tables.setJob(null);
    tables.announce(deps.clock());
    return 0;
  }
  if (row?.status === "cancelled") {
    dropJob(deps);
    return null;
  }
  const startedAt = row?.startedAt ?? deps.clock();
  await runBatch(db, [
    updateClusterJob(db, projectId, job.id, {
      status: "running",
      startedAt,
      heartbeatAt: deps.clock(),
    }),
  ]);
  deps.broadcast({ kind: "cluster_job", id: job.id, status: "running" });
  const announcements = tables.announcements();
  const batch = await deps.placeNext(job.id);
  const stats = addStats(row?.stats ?? NO_STATS, batch);
  if (batch.placed > 0) {
    await runBatch(db, [
      updateClusterJob(db, projectId, job.id, { stats, heartbeatAt: deps.clock(), error: null }),
    ]);
    tables.setJob({ ...job, failures: 0 });
    for (const id of batch.changedClusters.slice(0, 50)) {
      deps.broadcast({ kind: "clusters", id, status: null });
    }
    const trickle = batch.placed < FULL_BATCH && tables.announcements() !== announcements;
    return trickle ? GATHER_MS : 0;
  }
  // A job that somebody has started by hand may end before the alarm on which later reports rely.
  const kept = deps.clock() >= tables.promisedUntil();
  if (kept && tables.announcements() === announcements) tables.clearAnnouncement();
  await runBatch(db, [
    updateClusterJob(db, projectId, job.id, {
      status: "succeeded",
      finishedAt: deps.clock(),
      error: null,
    }),
  ]);
  tables.setJob(null);
  logEvent("cluster_job_succeeded", { project_id: projectId, job_id: job.id, ...stats });
  deps.broadcast({ kind: "cluster_job", id: job.id, status: "succeeded" });
  return tables.announcedAt() === null ? null : DEBOUNCE_MS;
}

/**
 * A person has cancelled the job. What waits is placed by the next one, which begins with the next announcement: that of a new
 * report, or cron's within a minute or two.
 */
export function dropJob({ clock, tables }: Pick<JobDeps, "clock" | "tables">): void {
  tables.setJob(null);
  // An alarm on which others rely is still to come.
  if (clock() >= tables.promisedUntil()) tables.clearAnnouncement();
}

function addStats(stats: ClusterJobStats, batch: PlacedBatch): ClusterJobStats {
  return {
    clustered: stats.clustered + batch.placed,
    new_clusters: stats.new_clusters + batch.newClusters.length,
    updated_clusters:
      stats.updated_clusters +
      batch.changedClusters.filter((id) => !batch.newClusters.includes(id)).length,
    embedding_failures: stats.embedding_failures + batch.embeddingFailures,
  };
}

/** After some failures the job says so and ends; what waits is announced again, so that a new job tries it. */
async function afterFailure(deps: JobDeps, job: ActiveJob, error: unknown): Promise<NextLook> {
  const failures = job.failures + 1;
  const message = failureText(error);
  const pause = pauseAfter(error, failures, deps.clock());
  const failed = hasFailed(failures, pause);
  deps.tables.setJob(failed ? null : { ...job, failures });
  if (failed) {
    deps.tables.announce(deps.clock());
    deps.tables.pause(deps.clock() + pause);
  }
  try {
    await runBatch(deps.db, [
      updateClusterJob(deps.db, deps.projectId, job.id, {
        error: message,
        heartbeatAt: deps.clock(),
        ...(failed ? { status: "failed" as const, finishedAt: deps.clock() } : {}),
      }),
    ]);
  } catch (cause) {
    logFailure("cluster_job_not_noted", cause, { job_id: job.id });
  }
  if (failed) deps.broadcast({ kind: "cluster_job", id: job.id, status: "failed" });
  return pause;
}
