import { findRun, newGeneration } from "../store/runs";
import type { RunDeps } from "./deps";
import { pauseHere } from "./pause";
import type { RunParams } from "./stages/context";

/** So many sandboxes may be lost before a person has to look. */
const MOST_RECOVERIES = 3;

/**
 * A sandbox was lost: the run goes on in a new Workflow instance, which makes another one and puts the last saved patch into it.
 * Lost again and again, it is paused.
 */
export async function recoverRun(deps: RunDeps, params: RunParams): Promise<void> {
  const run = await findRun(deps.db, params.projectId, params.runId);
  if (run?.status !== "running" || run.generation !== params.generation) return;
  const log = deps.runLog(run.id);
  await log.unwatch();
  if (run.recoveries >= MOST_RECOVERIES) {
    const text = `The run has lost its sandbox ${MOST_RECOVERIES + 1} times.`;
    return pauseHere(deps, run, { reason: "sandbox", text, by: "the run itself" });
  }
  const recoveries = run.recoveries + 1;
  const generation = await newGeneration(deps.db, run, {
    recoveries,
    take: run.take + 1,
    heartbeatAt: deps.clock(),
  });
  if (generation === null) return;
  const text = "The sandbox was lost. A new one begins with the last saved patch.";
  await log.append([
    { level: 1, stage: "recover", kind: "stage", text, key: `recover-${recoveries}` },
  ]);
  await deps.startWorkflow({ projectId: run.projectId, runId: run.id, generation });
}
