import { moveRun } from "../../store/runs";
import type { RunDeps } from "../deps";
import type { ModelHalt } from "../gateway/halt";
import type { RunParams } from "./context";

/** The run cannot ask its model any more today, or has no money: it waits for a person, and loses nothing. */
export async function holdForModel(
  deps: RunDeps,
  { projectId, runId }: RunParams,
  stage: string,
  halt: ModelHalt,
): Promise<void> {
  const log = deps.runLog(runId);
  await log.append([
    {
      level: 1,
      stage,
      kind: "stage",
      key: `halt-${stage}`,
      text: `${halt.message} The run waits.`,
    },
  ]);
  const spentMicroUsd = await log.spent();
  await moveRun(deps.db, projectId, runId, "waiting", {
    updatedAt: deps.clock(),
    error: halt.message,
    spentMicroUsd,
  });
  await deps.broadcastRun(projectId, runId, "waiting");
}
