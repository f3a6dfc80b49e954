import { DEFAULT_CONCURRENT_RUNS } from "../domain/project";
import { logEvent } from "../kit/log";
import { runBatch } from "../store/db";
import { findProject } from "../store/projects";
import { findRun, hasRoom, listStaleRuns, moveRun, newGeneration, updateRun } from "../store/runs";
import type { FixDeps } from "./deps";

/** A run whose heart has not beaten for this long has lost its Workflow. Heartbeats come every 20 seconds. */
export const STALE_AFTER_MS = 90_000;

/**
 * What the queue's consumer does: moves a pending run to running and makes its Workflow, if the project has room for one more;
 * who has waited longest comes first. A message that comes twice, or for a run that has ended, changes nothing.
 */
export async function beginRun(deps: FixDeps, projectId: string, runId: string): Promise<void> {
  const now = deps.clock();
  const run = await findRun(deps.db, projectId, runId);
  if (!run || (run.status !== "pending" && run.status !== "running")) return;
  if (run.status === "pending") {
    const changes = { generation: run.generation + 1, heartbeatAt: now, updatedAt: now };
    const project = await findProject(deps.db, projectId);
    const limit = project?.settings.concurrent_runs ?? DEFAULT_CONCURRENT_RUNS;
    const room = hasRoom(projectId, run, limit);
    const moved = await moveRun(deps.db, projectId, runId, "running", changes, room);
    if (moved.length === 0) return;
    await deps.broadcastRun(projectId, runId, "running");
    await deps.startWorkflow({ projectId, runId, generation: run.generation + 1 });
    return;
  }
  await deps.startWorkflow({ projectId, runId, generation: run.generation });
}

/**
 * The safety net, each minute and at start: pending runs are sent to the queue again; running ones without a heartbeat get a
 * new Workflow instance, and the old one gives way. `staleAfterMs: 0` is for a start, when nothing can be alive.
 */
export async function sweepRuns(deps: FixDeps, staleAfterMs = STALE_AFTER_MS): Promise<number> {
  const now = deps.clock();
  const stale = await listStaleRuns(deps.db, now - staleAfterMs + (staleAfterMs === 0 ? 1 : 0));
  for (const run of stale) {
    if (run.status === "pending") {
      await runBatch(deps.db, [updateRun(deps.db, run.projectId, run.id, { heartbeatAt: now })]);
      await deps.sendRun(run.projectId, run.id);
      continue;
    }
    const generation = await newGeneration(deps.db, run, { heartbeatAt: now });
    if (generation === null) continue;
    await deps.runLog(run.id).append([
      {
        level: 1,
        stage: "resume",
        kind: "info",
        text: "The run was interrupted and goes on.",
        key: `resume-${generation}`,
      },
    ]);
    await deps.startWorkflow({ projectId: run.projectId, runId: run.id, generation });
    logEvent("run_resumed", { run_id: run.id, generation });
  }
  return stale.length;
}
