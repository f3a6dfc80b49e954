import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { findNewestPlan } from "../store/plans";
import type { FixDeps } from "./deps";
import { toPlanView, type PlanView } from "./views";

/** The newest version of a cluster's plan. */
export async function readPlan(
  deps: Pick<FixDeps, "db">,
  who: ProjectActor,
  clusterId: string,
): Promise<PlanView> {
  const row = await findNewestPlan(deps.db, who.projectId, clusterId);
  if (!row) throw notFound("plan");
  return toPlanView(row);
}
