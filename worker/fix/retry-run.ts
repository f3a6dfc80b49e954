import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { isLiveRun } from "../domain/run";
import { RUN_ORIGINS } from "../domain/steering";
import { findRun } from "../store/runs";
import type { FixDeps } from "./deps";
import { startFollowUp } from "./follow-up";
import { startFix } from "./start-fix";
import { steererName } from "./steering";
import { GuidanceText, mustTakeWords, type WordDeps } from "./take-words";
import type { RunStarted } from "./views";

export const RetryInput = z.object({
  from: z.enum(RUN_ORIGINS).default("start"),
  /** What the agent gets first. */
  text: GuidanceText.optional(),
});

/**
 * An ended run once more: a new attempt with a branch of its own. `start`: from scratch. `work`: the agent goes on from the old
 * run's last patch, at the same base. `proof`: that patch as it is, tested and delivered. Pressed twice it answers the live run.
 */
export async function retryRun(
  deps: FixDeps & WordDeps,
  who: ProjectActor,
  id: string,
  { from, text }: z.output<typeof RetryInput>,
): Promise<RunStarted> {
  const run = await findRun(deps.db, who.projectId, id);
  if (!run) throw notFound("run");
  if (isLiveRun(run.status)) {
    throw new DomainError("illegal_transition", "The run has not ended: resume or redirect it.");
  }
  if (run.followUp) return startFollowUp(deps, who, id, { text });
  if (text !== undefined) mustTakeWords(deps, who, { ...run, guidance: [] });
  if (from !== "start" && run.artifactKey === null) {
    throw new DomainError("conflict", "This run has left no patch to go on from.");
  }
  const runner = deps.runner(run.runner);
  // Rules have no work of their own to take up: they find the same again.
  const takesUp = runner.kind === "agent" || (runner.mends && from === "proof");
  const { artifactKey, baseSha } = run;
  return startFix(
    deps,
    who,
    run.clusterId,
    { runner: run.runner },
    {
      retryOf: run.id,
      guidance: text === undefined ? [] : [{ text, by: steererName(who), at: deps.clock() }],
      ...(from === "start" || !takesUp ? {} : { resumeFrom: from, artifactKey, baseSha }),
    },
  );
}
