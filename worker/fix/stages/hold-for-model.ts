import { findRun } from "../../store/runs";
import type { RunDeps } from "../deps";
import type { ModelHalt } from "../gateway/halt";
import { keepLastPatch } from "../keep-last-patch";
import { pauseHere } from "../pause";
import type { RunParams } from "./context";

/** The run cannot ask its model any more today, or has no money: it waits for a person's decision, and loses nothing. */
export async function holdForModel(
  deps: RunDeps,
  { projectId, runId }: RunParams,
  halt: ModelHalt,
): Promise<void> {
  const run = await findRun(deps.db, projectId, runId);
  if (!run) return;
  await keepLastPatch(deps, run);
  await pauseHere(deps, run, { reason: halt.reason, text: halt.message, by: "its limits" });
}
