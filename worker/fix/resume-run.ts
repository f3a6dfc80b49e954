import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { MOST } from "../domain/project";
import { limitReached, RUN_ORIGINS, type RunLimits, type RunOrigin } from "../domain/steering";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { findProject } from "../store/projects";
import { findRun, isPausedFor, moveRun, type RunRow } from "../store/runs";
import type { FixDeps } from "./deps";
import { settingsFor } from "./run-settings";
import { limitsOf, steererName } from "./steering";
import { GuidanceText, mustTakeWords, type WordDeps } from "./take-words";
import { toRunView, type RunView } from "./views";

export const ResumeInput = z.object({
  /** Where it goes on: with the agent from the saved patch, with the patch as it is, or from scratch. As it was, if left out. */
  from: z.enum(RUN_ORIGINS).optional(),
  /** What the agent gets first. */
  text: GuidanceText.optional(),
  /** New limits; approvers only. */
  limits: z
    .object({
      minutes: z.number().int().min(1).max(MOST.minutes).optional(),
      turns: z.number().int().min(1).max(MOST.turns).optional(),
      usd: z.number().min(0.01).max(MOST.usd).optional(),
    })
    .default({}),
});
export type ResumeInput = z.output<typeof ResumeInput>;

/**
 * Decides about a paused run: it goes to the queue again, with higher limits, a sentence for its agent, or its patch as it is.
 * Pressed twice it goes on once. Refused while the limit that paused it is still reached.
 */
export async function resumeRun(
  deps: FixDeps & WordDeps,
  who: ProjectActor,
  id: string,
  input: ResumeInput,
): Promise<RunView> {
  const [run, project] = await Promise.all([
    findRun(deps.db, who.projectId, id),
    findProject(deps.db, who.projectId),
  ]);
  if (!run || !project) throw notFound("run");
  if (run.pause && (run.status === "pending" || run.status === "running"))
    return toRunView(run, deps.apiUrl);
  if (run.status !== "waiting" || run.waitingFor !== "decision")
    throw new DomainError("illegal_transition", "This run is not paused.");
  if (input.text !== undefined) mustTakeWords(deps, who, run);
  if (run.followUp && input.from === "start") {
    throw new DomainError("conflict", "A run that adds to a pull request begins with its branch.");
  }
  const before = limitsOf({ run, project, deps });
  const limits = raised(who, before, input.limits);
  const from = input.from ?? (input.text === undefined ? run.resumeFrom : "work");
  await mustHaveRoom(deps, run, limits, from);
  const now = deps.clock();
  const { text } = input;
  const told = text === undefined ? null : { text, by: steererName(who), at: now };
  const changes = {
    waitingFor: null,
    resumeFrom: from,
    limits,
    settings: from === "start" ? settingsFor(project) : run.settings,
    take: run.take + 1,
    recoveries: 0,
    guidance: told ? [...run.guidance, told] : run.guidance,
    heartbeatAt: now,
    updatedAt: now,
  };
  const detail = { from, limits, before, text: text ?? null };
  const [moved] = await runBatch(deps.db, [
    moveRun(deps.db, who.projectId, id, "pending", changes, isPausedFor("decision")),
    auditStatement(deps.db, who, now, { action: "run.resume", target: `run:${id}`, detail }),
  ]);
  if (moved?.length !== 0) {
    const line = `${steererName(who)} let the run go on${WORDS[from]}.`;
    await deps
      .runLog(id)
      .append([{ level: 1, stage: "resume", kind: "stage", text: line, key: `resume-${now}` }]);
    await deps.sendRun(who.projectId, id);
    await deps.broadcastRun(who.projectId, id, "pending");
  }
  return toRunView((await findRun(deps.db, who.projectId, id))!, deps.apiUrl);
}

const WORDS: Record<RunOrigin, string> = {
  start: " from scratch",
  work: " from its last patch",
  proof: " with its patch as it is",
};

function raised(
  who: ProjectActor,
  before: RunLimits,
  { minutes, turns, usd }: ResumeInput["limits"],
): RunLimits {
  const limits = {
    minutes: minutes ?? before.minutes,
    turns: turns ?? before.turns,
    microUsd: usd === undefined ? before.microUsd : Math.round(usd * 1_000_000),
  };
  const same = JSON.stringify(limits) === JSON.stringify(before);
  if (!same && !who.permissions.includes("plan:approve")) {
    throw new DomainError("forbidden", "Only an approver may change a run's limits.");
  }
  return limits;
}

async function mustHaveRoom(
  deps: FixDeps,
  run: RunRow,
  limits: RunLimits,
  from: RunOrigin,
): Promise<void> {
  if (from === "proof") {
    if (run.artifactKey !== null) return;
    throw new DomainError("conflict", "There is no patch yet: the agent has changed nothing.");
  }
  const use = await deps.runLog(run.id).use();
  const turns = use.turns >= limits.turns ? ("turns" as const) : null;
  const money = use.spentMicroUsd >= limits.microUsd ? ("money" as const) : null;
  const old = run.limits?.microUsd ?? 0;
  // Money is refused before it is spent: only a higher limit lets the next call through.
  const still = run.pause?.reason === "money" && limits.microUsd <= old ? ("money" as const) : null;
  const reached = limitReached({ ...use, refused: turns ?? money ?? still }, limits);
  if (reached) {
    throw new DomainError("conflict", `${reached.text} Raise it, or take the patch as it is.`);
  }
}
