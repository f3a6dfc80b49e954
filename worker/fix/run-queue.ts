import { logFailure } from "../kit/log";
import { listPending } from "../store/runs";
import type { FixDeps } from "./deps";

/** A place has come free: the run that has waited longest is sent again. Losing this loses nothing: the sweep does the same. */
export async function sendNext(
  deps: Pick<FixDeps, "db" | "sendRun">,
  projectId: string,
): Promise<void> {
  try {
    const [next] = await listPending(deps.db, projectId, 1);
    if (next) await deps.sendRun(projectId, next);
  } catch (error) {
    logFailure("next_run_not_sent", error, { project_id: projectId });
  }
}
