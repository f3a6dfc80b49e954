import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { isLiveRun } from "../domain/run";
import { commit } from "../store/commit";
import { addGuidance, askRun, findRun } from "../store/runs";
import type { FixDeps } from "./deps";
import { resumeRun } from "./resume-run";
import { steererName } from "./steering";
import { GuidanceText, mustTakeWords, type WordDeps } from "./take-words";
import { toRunView, type RunView } from "./views";

export const RedirectInput = z.object({ text: GuidanceText });

/** The same sentence again within this time is the same press. */
const SAME_PRESS_MS = 10_000;

/**
 * Tells a run's agent something that it gets before all else. A working agent is ended and starts again with it, on what it has
 * done; one that was done goes to work again; a paused run goes on with it. People only: a token may start and stop runs.
 */
export async function redirectRun(
  deps: FixDeps & WordDeps,
  who: ProjectActor,
  id: string,
  { text }: z.output<typeof RedirectInput>,
): Promise<RunView> {
  const run = await findRun(deps.db, who.projectId, id);
  if (!run) throw notFound("run");
  mustTakeWords(deps, who, run);
  if (!isLiveRun(run.status)) {
    throw new DomainError("illegal_transition", `The run has ended already: ${run.status}.`);
  }
  if (run.waitingFor === "decision") return resumeRun(deps, who, id, { text, limits: {} });
  if (run.waitingFor === "findings") {
    throw new DomainError("illegal_transition", "The run is done and keeps findings.");
  }
  const now = deps.clock();
  const told = { text, by: steererName(who), at: now };
  const last = run.guidance.at(-1);
  if (last?.text === text && now - last.at < SAME_PRESS_MS) return toRunView(run, deps.apiUrl);
  const asked = { kind: "redirect" as const, id: newId(), ...told };
  const after = {
    ...run,
    guidance: [...run.guidance, told],
    asked: run.status === "running" ? asked : run.asked,
  };
  const view = toRunView(after, deps.apiUrl);
  await commit(
    deps.db,
    who,
    now,
    [addGuidance(deps.db, who.projectId, id, told), askRun(deps.db, who.projectId, id, asked)],
    { action: "run.redirect", target: `run:${id}`, detail: { text } },
    { status: 202, body: view },
  );
  await deps.broadcastRun(who.projectId, id, run.status);
  return view;
}
