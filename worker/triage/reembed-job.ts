import { isLiveJob } from "../domain/cluster-job";
import { newId } from "../domain/ids";
import { logEvent, logFailure } from "../kit/log";
import type { Clock } from "../kit/clock";
import {
  findClusterJob,
  insertClusterJob,
  NO_STATS,
  updateClusterJob,
} from "../store/cluster-jobs";
import { runBatch, type Db } from "../store/db";
import { findFeedbackByIds } from "../store/feedback";
import { failureText, hasFailed, pauseAfter } from "./cluster-job";
import type { Embedder } from "./embedders/embedder";
import type { IdfTable } from "./embedders/lexical/idf";
import { embedBatch, HOT_VECTORS, type Neighbourhood } from "./neighbourhood";
import type { ReembedJob, ReembedTables } from "./reembed-tables";
import type { VectorIndex } from "./vectors/vector-index";

/** `key`: `name:version` of the embedder at work. */
export type ReembedDeps = {
  db: Db;
  clock: Clock;
  projectId: string;
  tables: ReembedTables;
  key: string;
  brain(): Promise<{ embedder: Embedder; neighbourhood: Neighbourhood; idf: IdfTable | null }>;
  /** What is in memory of vectors and word counts is loaded again when it is next needed. */
  forgetBrain(): void;
  outside(embedder: string): VectorIndex | null;
};

const SLICE_ITEMS = 100;
/** The memory that the vectors of one load may grow by before they are loaded anew. */
const MOST_HELD = HOT_VECTORS * 1.25;

/** Begins to embed what another embedder has read. While that goes on it answers the job's id. */
export async function startReembed(
  deps: Pick<ReembedDeps, "db" | "clock" | "projectId" | "tables" | "key">,
): Promise<string> {
  const { db, clock, projectId, tables, key } = deps;
  const running = tables.job();
  if (running) return running.id;
  const job = { id: newId(), total: tables.readByOthers(key), failures: 0 };
  const now = clock();
  await runBatch(db, [
    insertClusterJob(db, {
      id: job.id,
      projectId,
      kind: "reembed",
      status: "pending",
      stats: NO_STATS,
      progress: { done: 0, total: job.total },
      createdAt: now,
      startedAt: now,
      heartbeatAt: now,
    }),
  ]);
  tables.setJob(job);
  return job.id;
}

/**
 * One slice: at most 100 reports get a vector of the embedder at work, and pairs with those that have one too. Nobody changes
 * clusters. Never throws. Answers when to go on (milliseconds), or null when there is nothing to do.
 */
export async function runReembed(deps: ReembedDeps): Promise<number | null> {
  const job = deps.tables.job();
  if (!job) return null;
  try {
    return await step(deps, job);
  } catch (error) {
    deps.forgetBrain();
    return afterFailure(deps, job, error);
  }
}

async function step(deps: ReembedDeps, job: ReembedJob): Promise<number | null> {
  const { db, clock, projectId, tables, key } = deps;
  const row = await findClusterJob(db, projectId, job.id);
  if (row && !isLiveJob(row.status)) {
    tables.setJob(null);
    return null;
  }
  if (tables.isNew(key)) {
    tables.forgetWordCounts();
    deps.forgetBrain();
  }
  const batch = tables.next(key, SLICE_ITEMS);
  if (batch.length > 0) await embedAnew(deps, batch);
  const left = tables.readByOthers(key);
  const now = clock();
  const progress = { done: Math.max(0, job.total - left), total: job.total };
  const ended = left === 0;
  await runBatch(db, [
    updateClusterJob(db, projectId, job.id, {
      status: ended ? "succeeded" : "running",
      heartbeatAt: now,
      progress,
      error: null,
      ...(ended ? { finishedAt: now } : {}),
    }),
  ]);
  tables.setJob(ended ? null : { ...job, failures: 0 });
  if (ended) logEvent("reembed_succeeded", { project_id: projectId, job_id: job.id, key });
  return ended ? null : 0;
}

async function embedAnew(
  deps: ReembedDeps,
  batch: { feedbackId: string; embedder: string }[],
): Promise<void> {
  const { db, projectId } = deps;
  const { embedder, neighbourhood, idf } = await deps.brain();
  const ids = batch.map((one) => one.feedbackId);
  const rows = await findFeedbackByIds(db, projectId, ids);
  const there = rows.filter((row) => row.state !== "deleted");
  const known = new Set(there.map((row) => row.id));
  await neighbourhood.forget(ids.filter((id) => !known.has(id)));
  await embedBatch({ embedder, neighbourhood, idf }, there);
  for (const former of new Set(batch.map((one) => one.embedder))) {
    const old = batch.flatMap((one) => (one.embedder === former ? one.feedbackId : []));
    await deps.outside(former)?.remove(old);
  }
  if (neighbourhood.size > MOST_HELD) deps.forgetBrain();
}

async function afterFailure(
  { db, clock, projectId, tables }: ReembedDeps,
  job: ReembedJob,
  error: unknown,
): Promise<number | null> {
  logFailure("reembed_failed", error, { project_id: projectId, job_id: job.id });
  const failures = job.failures + 1;
  const pause = pauseAfter(error, failures, clock());
  const failed = hasFailed(failures, pause);
  tables.setJob(failed ? null : { ...job, failures });
  const message = failureText(error);
  const end = failed ? { status: "failed" as const, finishedAt: clock() } : {};
  const change = { error: message, heartbeatAt: clock(), ...end };
  await runBatch(db, [updateClusterJob(db, projectId, job.id, change)]).catch(() => undefined);
  return failed ? null : pause;
}
