import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError } from "../domain/errors";
import type { RunnerName } from "../domain/run";
import type { RunRow } from "../store/runs";
import type { Runner } from "./runners/runner";

/** A sentence for the agent. */
export const GuidanceText = z.string().trim().min(1).max(2_000);

const MOST_SENTENCES = 20;

export type WordDeps = { runner(name: RunnerName): Runner };

/** Throws where somebody, or a runner, has no business with sentences for an agent. */
export function mustTakeWords(
  deps: WordDeps,
  who: ProjectActor,
  run: Pick<RunRow, "runner" | "guidance">,
): void {
  if (who.actor.kind !== "user") {
    throw new DomainError("forbidden", "Only a person tells an agent what to do.");
  }
  if (deps.runner(run.runner).kind !== "agent") {
    throw new DomainError("conflict", "This runner is no agent: it takes no instructions.");
  }
  if (run.guidance.length >= MOST_SENTENCES) {
    throw new DomainError("conflict", `A run takes ${MOST_SENTENCES} sentences at most.`);
  }
}
