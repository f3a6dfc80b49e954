import { z } from "zod";
import { actorName, type ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { PlanContent } from "../domain/plan";
import { touchCluster } from "../store/clusters";
import { commit } from "../store/commit";
import { isUniqueViolation } from "../store/db";
import { findNewestPlan, insertPlan, type PlanRow } from "../store/plans";
import type { FixDeps } from "./deps";
import { toPlanView, type PlanView } from "./views";

/** `crash` is evidence and is kept from the version before; `version` is the one that was edited. */
export const SavePlanInput = PlanContent.omit({ crash: true, notice: true }).extend({
  version: z.number().int().positive(),
});
export type SavePlanInput = z.infer<typeof SavePlanInput>;

/** Stores an edit as a new, unapproved version. Throws `stale_version` when the edited one is no longer the newest. */
export async function savePlan(
  deps: Pick<FixDeps, "db" | "clock">,
  who: ProjectActor,
  clusterId: string,
  input: SavePlanInput,
): Promise<PlanView> {
  const newest = await findNewestPlan(deps.db, who.projectId, clusterId);
  if (!newest) throw notFound("plan");
  const { version, ...content } = input;
  const stale = new DomainError(
    "stale_version",
    `Version ${newest.version} is newer than what you edited.`,
  );
  if (version !== newest.version) throw stale;
  const now = deps.clock();
  const row: PlanRow = {
    id: newId(),
    projectId: who.projectId,
    clusterId,
    version: newest.version + 1,
    content: { ...content, crash: newest.content.crash },
    baseSha: newest.baseSha,
    author: actorName(who.actor),
    createdAt: now,
    approvedBy: null,
    approvedAt: null,
  };
  const view = toPlanView(row);
  try {
    await commit(
      deps.db,
      who,
      now,
      [insertPlan(deps.db, row), touchCluster(deps.db, who.projectId, clusterId, now)],
      { action: "plan.edit", target: `cluster:${clusterId}`, detail: { version: row.version } },
      { status: 200, body: view },
    );
  } catch (error) {
    throw isUniqueViolation(error) ? stale : error;
  }
  return view;
}
