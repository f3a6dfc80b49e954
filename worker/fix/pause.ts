import { systemActor } from "../domain/actor";
import type { Pause } from "../domain/steering";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { moveRun, type RunRow } from "../store/runs";
import type { FixDeps } from "./deps";
import { sendNext } from "./run-queue";

/**
 * The run waits for a decision from now on; its place in the queue is free. Its sandbox ends with its Workflow, which finds it
 * waiting: who calls this has kept the patch. A run that is not live any more stays as it is.
 */
export async function pauseHere(
  deps: Pick<FixDeps, "db" | "clock" | "runLog" | "broadcastRun" | "sendRun">,
  run: RunRow,
  why: Omit<Pause, "at">,
): Promise<void> {
  const now = deps.clock();
  const pause = { ...why, at: now };
  const spentMicroUsd = await deps.runLog(run.id).spent();
  const who = systemActor("run", run.projectId);
  const [moved] = await runBatch(deps.db, [
    moveRun(deps.db, run.projectId, run.id, "waiting", {
      waitingFor: "decision",
      pause,
      asked: null,
      spentMicroUsd,
      updatedAt: now,
    }),
    auditStatement(deps.db, who, now, {
      action: "run.pause",
      target: `run:${run.id}`,
      detail: { reason: why.reason, by: why.by },
    }),
  ]);
  if (moved?.length === 0) return;
  const text = `${why.text} The run waits for a decision; its work is kept.`;
  await deps
    .runLog(run.id)
    .append([{ level: 1, stage: "pause", kind: "stage", text, key: `pause-${now}` }]);
  await deps.broadcastRun(run.projectId, run.id, "waiting");
  await sendNext(deps, run.projectId);
}
