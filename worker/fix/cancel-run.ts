import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { isLiveRun } from "../domain/run";
import { logFailure } from "../kit/log";
import { findRun } from "../store/runs";
import type { FixDeps } from "./deps";
import { endRun } from "./end-run";
import { keepLastPatch } from "./keep-last-patch";
import { toRunView, type RunView } from "./views";

/** Stops a run; what its agent has done so far can be downloaded. Its Workflow sees it at its next step; its sandbox is ended now. */
export async function cancelRun(deps: FixDeps, who: ProjectActor, id: string): Promise<RunView> {
  const run = await findRun(deps.db, who.projectId, id);
  if (!run) throw notFound("run");
  if (!isLiveRun(run.status)) {
    throw new DomainError("illegal_transition", `The run has ended already: ${run.status}.`);
  }
  await keepLastPatch(deps, run);
  await endRun(deps, who, run, { status: "cancelled" });
  await deps
    .sandboxes()
    .close(id)
    .catch((error: unknown) => logFailure("sandbox_not_closed", error, { run_id: id }));
  return toRunView((await findRun(deps.db, who.projectId, id))!, deps.apiUrl);
}
