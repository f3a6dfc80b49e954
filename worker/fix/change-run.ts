import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { canMoveRun } from "../domain/run";
import { runBatch } from "../store/db";
import { findRun, moveRun, updateRun } from "../store/runs";
import type { FixDeps } from "./deps";
import { endRun } from "./end-run";
import { toRunView, type RunView } from "./views";

export const ChangeRunInput = z.object({
  status: z.enum(["running", "failed", "cancelled"]).optional(),
  error: z.string().trim().min(1).max(1_000).optional(),
  log: z.string().max(4_000).optional(),
});
export type ChangeRunInput = z.infer<typeof ChangeRunInput>;

/** What a run may say of itself: a line for its log, a heartbeat, or a legal change of status. Success is not its to claim. */
export async function changeRun(
  deps: FixDeps,
  who: ProjectActor,
  id: string,
  input: ChangeRunInput,
): Promise<RunView> {
  const run = await findRun(deps.db, who.projectId, id);
  if (!run) throw notFound("run");
  const { status, log } = input;
  if (status === "running" && run.status === "waiting") {
    throw new DomainError(
      "illegal_transition",
      "A run that waits for a person is released by one.",
    );
  }
  if (status && status !== run.status && !canMoveRun(run.status, status)) {
    throw new DomainError(
      "illegal_transition",
      `A run that is ${run.status} cannot become ${status}.`,
    );
  }
  if (log) {
    await deps.runLog(id).append([{ level: 2, stage: "agent", kind: "message", text: log }]);
  }
  const now = deps.clock();
  if (status === "failed") {
    await endRun(deps, who, run, { status, error: input.error ?? "The runner gave up." });
  } else if (status === "cancelled") {
    await endRun(deps, who, run, { status });
  } else if (status === "running" && run.status !== "running") {
    await moveRun(deps.db, who.projectId, id, "running", { updatedAt: now, heartbeatAt: now });
  } else {
    await runBatch(deps.db, [updateRun(deps.db, who.projectId, id, { heartbeatAt: now })]);
  }
  return toRunView((await findRun(deps.db, who.projectId, id))!, deps.apiUrl);
}
