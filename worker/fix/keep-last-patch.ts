import { within } from "../kit/deadline";
import { logFailure } from "../kit/log";
import type { RunRow } from "../store/runs";
import type { FixDeps } from "./deps";
import { keepPatch } from "./stages/keep-patch";

const KEEP_WITHIN_MS = 10_000;

/** Before a run ends while its agent is at work: what there is in its sandbox is kept. Never fails; the last saved patch stays. */
export async function keepLastPatch(
  deps: Pick<FixDeps, "db" | "archive" | "sandboxes">,
  run: RunRow,
): Promise<void> {
  if (run.status !== "running" || run.resumeFrom !== "work") return;
  try {
    await within(KEEP_WITHIN_MS, async () => {
      const sandbox = await deps.sandboxes().find(run.id, "work");
      if (sandbox) await keepPatch(deps, run, sandbox);
    });
  } catch (error) {
    logFailure("last_patch_not_kept", error, { run_id: run.id });
  }
}
