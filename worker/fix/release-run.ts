import type { ProjectActor } from "../domain/actor";
import { findLiveRun, moveRun } from "../store/runs";
import type { FixDeps } from "./deps";

/** A run that waited for an approval goes on, with the plan version that was approved. None waiting is no error. */
export async function releaseWaitingRun(
  deps: FixDeps,
  who: ProjectActor,
  clusterId: string,
  planId: string,
): Promise<void> {
  const run = await findLiveRun(deps.db, who.projectId, clusterId);
  if (run?.status !== "waiting" || run.waitingFor !== "approval") return;
  const now = deps.clock();
  const changes = { planId, waitingFor: null, updatedAt: now, heartbeatAt: now };
  const moved = await moveRun(deps.db, who.projectId, run.id, "pending", changes);
  if (moved.length === 0) return;
  await deps.sendRun(who.projectId, run.id);
  await deps.broadcastRun(who.projectId, run.id, "pending");
}
