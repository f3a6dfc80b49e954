import { limitReached } from "../domain/steering";
import { findProject } from "../store/projects";
import { findRun } from "../store/runs";
import type { RunDeps } from "./deps";
import type { ModelHalt } from "./gateway/halt";
import { keepLastPatch } from "./keep-last-patch";
import { pauseHere } from "./pause";
import type { RunParams } from "./stages/context";
import { limitsOf } from "./steering";

/** The Worker itself could ask the run's model no more: the run waits for a decision, with the work that it has. */
export async function pauseForModel(
  deps: RunDeps,
  { projectId, runId }: RunParams,
  halt: ModelHalt,
): Promise<void> {
  const [run, project] = await Promise.all([
    findRun(deps.db, projectId, runId),
    findProject(deps.db, projectId),
  ]);
  if (!run || !project) return;
  await keepLastPatch(deps, run);
  const limits = limitsOf({ deps, run, project });
  const reached =
    halt.reason === "money" ? limitReached(await deps.runLog(runId).use(), limits) : null;
  const why = reached ?? { reason: halt.reason, text: halt.message };
  await pauseHere(deps, run, { ...why, by: "its limits" });
}
