import { actorName, type ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { findRun, moveRun } from "../store/runs";
import type { FixDeps } from "./deps";
import { toRunView, type RunView } from "./views";

/**
 * A person lets a change without proof go: the run takes up again where it stopped, and opens its draft pull request, which says
 * in its first line that there is no reproduction. Pressed twice it answers the same run.
 */
export async function openFindings(deps: FixDeps, who: ProjectActor, id: string): Promise<RunView> {
  const run = await findRun(deps.db, who.projectId, id);
  if (!run) throw notFound("run");
  if (run.openedBy) return toRunView(run, deps.apiUrl);
  if (run.status !== "waiting" || run.waitingFor !== "findings")
    throw new DomainError("illegal_transition", "This run keeps no findings to open.");
  const now = deps.clock();
  const openedBy = actorName(who.actor);
  const [moved] = await runBatch(deps.db, [
    moveRun(deps.db, who.projectId, id, "pending", {
      openedBy,
      waitingFor: null,
      heartbeatAt: now,
      updatedAt: now,
    }),
    auditStatement(deps.db, who, now, { action: "run.open_findings", target: `run:${id}` }),
  ]);
  if (moved?.length !== 0) {
    await deps.sendRun(who.projectId, id);
    await deps.broadcastRun(who.projectId, id, "pending");
  }
  return toRunView((await findRun(deps.db, who.projectId, id))!, deps.apiUrl);
}
