import { z } from "zod";
import { actorName, type ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { touchCluster } from "../store/clusters";
import { commit } from "../store/commit";
import { approvePlan, findNewestPlan } from "../store/plans";
import type { FixDeps } from "./deps";
import { releaseWaitingRun } from "./release-run";
import { toPlanView, type PlanView } from "./views";

export const ApproveInput = z.object({ version: z.number().int().positive() });

/** Approves exactly the version that the person saw, and lets a run go that waits for it. */
export async function approveNewestPlan(
  deps: FixDeps,
  who: ProjectActor,
  clusterId: string,
  input: z.output<typeof ApproveInput>,
): Promise<PlanView> {
  const newest = await findNewestPlan(deps.db, who.projectId, clusterId);
  if (!newest) throw notFound("plan");
  if (newest.version !== input.version) {
    throw new DomainError(
      "stale_version",
      `The newest version is ${newest.version}: read it first.`,
    );
  }
  const now = deps.clock();
  const approved = { approvedBy: actorName(who.actor), approvedAt: now };
  const view = toPlanView({ ...newest, ...approved });
  await commit(
    deps.db,
    who,
    now,
    [
      approvePlan(deps.db, who.projectId, newest.id, approved.approvedBy, now),
      touchCluster(deps.db, who.projectId, clusterId, now),
    ],
    { action: "plan.approve", target: `cluster:${clusterId}`, detail: { version: newest.version } },
    { status: 200, body: view },
  );
  await releaseWaitingRun(deps, who, clusterId, newest.id);
  return view;
}
