import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { askRun, findRun } from "../store/runs";
import type { FixDeps } from "./deps";
import { pauseHere } from "./pause";
import { steererName } from "./steering";
import { toRunView, type RunView } from "./views";

/**
 * Asks a running run to pause: it does so at its agent's next look or before its next stage, keeps its patch and lets its sandbox
 * go. A pending one is paused at once. Pressed twice it is asked once.
 */
export async function pauseRun(deps: FixDeps, who: ProjectActor, id: string): Promise<RunView> {
  const run = await findRun(deps.db, who.projectId, id);
  if (!run) throw notFound("run");
  const by = steererName(who);
  const already = run.waitingFor === "decision" || run.asked?.kind === "pause";
  if (run.status === "pending") {
    await pauseHere(deps, run, { reason: "person", text: `${by} paused the run.`, by });
  } else if (run.status === "running" && !already) {
    const now = deps.clock();
    await runBatch(deps.db, [
      askRun(deps.db, who.projectId, id, { kind: "pause", id: newId(), by, at: now }),
      auditStatement(deps.db, who, now, { action: "run.ask_pause", target: `run:${id}` }),
    ]);
    await deps.broadcastRun(who.projectId, id, "running");
  } else if (!already) {
    throw new DomainError("illegal_transition", `A run that is ${run.status} cannot be paused.`);
  }
  return toRunView((await findRun(deps.db, who.projectId, id))!, deps.apiUrl);
}
