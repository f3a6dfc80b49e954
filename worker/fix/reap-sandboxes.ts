import { logEvent } from "../kit/log";
import { runsAtWork } from "../store/runs";
import type { FixDeps } from "./deps";

/**
 * Ends sandboxes whose run is not at work any more: the last resort where a run's own clean-up did not come to it. Only those of runs
 * that this installation knows: another one may share the account. Returns how many it ended.
 */
export async function reapSandboxes(deps: Pick<FixDeps, "db" | "sandboxes">): Promise<number> {
  const open = await deps.sandboxes().list();
  const runIds = [...new Set(open.map(({ runId }) => runId))];
  const known = await runsAtWork(deps.db, runIds);
  const orphans = runIds.filter((id) => known.get(id) === false);
  for (const runId of orphans) {
    await deps.sandboxes().close(runId);
    logEvent("sandbox_reaped", { run_id: runId });
  }
  return orphans.length;
}
