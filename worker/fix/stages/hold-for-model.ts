import { findRun } from "../../store/runs";
import type { RunDeps } from "../deps";
import type { ModelHalt } from "../gateway/halt";
import { keepLastPatch } from "../keep-last-patch";
import { pauseHere } from "../pause";
import type { RunParams } from "./context";

/**
 * The run cannot ask its model any more today, or has no money: it waits for a person's decision, and loses nothing. Where only the
 * review was missing, going on takes the change as it is.
 */
export async function holdForModel(
  deps: RunDeps,
  { projectId, runId }: RunParams,
  stage: string,
  halt: ModelHalt,
): Promise<void> {
  const run = await findRun(deps.db, projectId, runId);
  if (!run) return;
  await keepLastPatch(deps, run);
  const reviewing = stage.startsWith("review");
  const text = reviewing
    ? `The change is made, but not reviewed. ${halt.message} It can go on as it is: without a review, if there is none to be had then.`
    : halt.message;
  const why = { reason: halt.reason, text, by: "its limits" };
  await pauseHere(deps, run, reviewing ? { ...why, unreviewed: true } : why);
}
