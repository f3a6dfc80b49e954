import { systemActor } from "../domain/actor";
import { isLiveJob } from "../domain/cluster-job";
import { newId } from "../domain/ids";
import type { ReplayResult, ReplaySettings } from "../domain/replay";
import { logEvent, logFailure } from "../kit/log";
import {
  findClusterJob,
  insertClusterJob,
  NO_STATS,
  updateClusterJob,
} from "../store/cluster-jobs";
import { runBatch } from "../store/db";
import { currentRevision } from "../store/grouping";
import { findOperation } from "../store/operations";
import { failureText } from "./cluster-job";
import { embedderKeyOf } from "./neighbourhood";
import { operationStatements } from "./operate";
import { planRegroup } from "./plan-regroup";
import { MOST_MOVES, replayResult, replaySlice, type ReplayDeps } from "./replay";
import type { Replay } from "./replay-tables";
import { NO_SCORE } from "./score-words";

const MOST_FAILURES = 3;
const RETRY_MS = 2_000;
const ACTOR = "system:brain";

/**
 * Begins a replay. A preview takes the place of an older preview; while everything is decided anew, nothing else begins. Answers
 * the id of the replay that goes on then, and whether it is this one.
 */
export async function startReplay(
  deps: Pick<ReplayDeps, "db" | "clock" | "projectId" | "tables">,
  kind: Replay["kind"],
  settings: ReplaySettings,
): Promise<{ id: string; begun: boolean }> {
  const { db, clock, projectId, tables } = deps;
  const before = tables.replay();
  const active = before !== null && !before.ended;
  if (active && before.kind === "recluster") return { id: before.id, begun: false };
  const id = newId();
  const now = clock();
  const row = { id, projectId, kind, stats: NO_STATS, replay: settings, createdAt: now };
  await runBatch(db, [
    ...(active ? [ended(deps, before.id, "A newer preview took its place.")] : []),
    insertClusterJob(db, { ...row, status: "pending", heartbeatAt: now }),
  ]);
  tables.begin({
    ...settings,
    id,
    kind,
    cursor: "",
    slices: 0,
    score: NO_SCORE,
    failures: 0,
    ended: false,
  });
  return { id, begun: true };
}

/** One slice of the replay at work. Never throws. Answers when to go on (milliseconds), or null when there is none. */
export async function runReplay(deps: ReplayDeps): Promise<number | null> {
  const replay = deps.tables.replay();
  if (!replay || replay.ended) return null;
  try {
    return await step(deps, replay);
  } catch (error) {
    logFailure("replay_failed", error, { project_id: deps.projectId, job_id: replay.id });
    const failures = replay.failures + 1;
    const failed = failures >= MOST_FAILURES;
    deps.tables.save({ ...(deps.tables.replay() ?? replay), failures, ended: failed });
    if (!failed) return RETRY_MS * failures;
    await runBatch(deps.db, [ended(deps, replay.id, failureText(error))]).catch(() => undefined);
    return null;
  }
}

async function step(deps: ReplayDeps, replay: Replay): Promise<number | null> {
  const { db, clock, projectId, tables } = deps;
  const row = await findClusterJob(db, projectId, replay.id);
  if (row && !isLiveJob(row.status)) {
    tables.end();
    return null;
  }
  const more = await replaySlice(deps, replay);
  const now = clock();
  const beat = { status: "running" as const, heartbeatAt: now, progress: tables.progress() };
  const started = replay.slices === 0 ? { startedAt: now } : {};
  if (more === "more") {
    await runBatch(db, [updateClusterJob(db, projectId, replay.id, { ...beat, ...started })]);
    return 0;
  }
  const found = await replayResult(deps, replay);
  const result = await apply(deps, replay, found);
  await runBatch(db, [
    updateClusterJob(db, projectId, replay.id, {
      ...beat,
      status: "succeeded",
      finishedAt: now,
      result,
    }),
  ]);
  tables.save({ ...replay, ended: true });
  logEvent("replay_succeeded", { project_id: projectId, job_id: replay.id, kind: replay.kind });
  return null;
}

/** The project decided anew: one operation of the machine, which people can undo. Its id is the job's. */
async function apply(
  { db, clock, projectId, grouping, embedder, tables }: ReplayDeps,
  { id, kind, method, threshold }: Replay,
  found: ReplayResult,
): Promise<ReplayResult> {
  if (kind !== "recluster") return found;
  // Killed after the batch and before the job's row: it is done.
  if (await findOperation(db, projectId, id)) return { ...found, applied_by: id };
  if (found.reports_moved === 0) return found;
  if (found.reports_moved > MOST_MOVES) {
    throw new Error(`More than ${MOST_MOVES} reports would move: too many for one operation.`);
  }
  const who = systemActor("brain", projectId);
  const by = { method, threshold, embedderVersion: embedderKeyOf(embedder) };
  const revision = (await currentRevision(db, projectId)) + 1;
  const planned = await planRegroup(db, who, { moves: tables.allMoves(MOST_MOVES), by });
  if (planned.change.moves.length === 0) return found;
  const operation = {
    id,
    projectId,
    revision,
    kind: "regroup" as const,
    actor: ACTOR,
    createdAt: clock(),
  };
  await runBatch(db, await operationStatements({ db, grouping }, operation, planned));
  return { ...found, applied_by: id };
}

function ended(
  { db, clock, projectId }: Pick<ReplayDeps, "db" | "clock" | "projectId">,
  id: string,
  error: string,
) {
  const changes = { status: "failed" as const, finishedAt: clock(), error };
  return updateClusterJob(db, projectId, id, changes);
}
