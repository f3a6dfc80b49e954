import { actorName, type ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { logFailure } from "../kit/log";
import { findCluster } from "../store/clusters";
import { commit } from "../store/commit";
import { isUniqueViolation } from "../store/db";
import { sampleMembers } from "../store/placement";
import { findNewestPlan, insertPlan, type PlanRow } from "../store/plans";
import { findProject, type ProjectRow } from "../store/projects";
import type { FixDeps } from "./deps";
import { deterministicPlanner } from "./plan/deterministic";
import { ModelHalt } from "./gateway/halt";
import { createModelPlanner } from "./plan/model-planner";
import type { PlanInput } from "./plan/planner";
import { readRepository } from "./plan/repository";
import { toPlanView, type PlanView } from "./views";

const EVIDENCE_ITEMS = 20;

/** A new version of the plan, from the cluster's evidence and the repository at the present head of its base branch. */
export async function makePlan(
  deps: FixDeps,
  who: ProjectActor,
  clusterId: string,
): Promise<PlanView> {
  const { row } = await draftPlan(deps, who, clusterId);
  const view = toPlanView(row);
  const audit = {
    action: "plan.make",
    target: `cluster:${clusterId}`,
    detail: { version: row.version },
  };
  try {
    const reply = { status: 201, body: view };
    await commit(deps.db, who, row.createdAt, [insertPlan(deps.db, row)], audit, reply);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new DomainError("stale_version", "Somebody made a new version of this plan just now.");
  }
  return view;
}

/** `halted`: the project's own planner could not be asked, for the money or the quota of the day is spent. */
export type PlanDraft = { row: PlanRow; halted: boolean };

/** The plan as a row that is not stored yet. Throws `not_found` for an unknown cluster. */
export async function draftPlan(
  deps: FixDeps,
  who: ProjectActor,
  clusterId: string,
): Promise<PlanDraft> {
  const { db } = deps;
  const [cluster, project, newest] = await Promise.all([
    findCluster(db, who.projectId, clusterId),
    findProject(db, who.projectId),
    findNewestPlan(db, who.projectId, clusterId),
  ]);
  if (!cluster || !project) throw notFound("cluster");
  const items = await sampleMembers(db, who.projectId, [clusterId], EVIDENCE_ITEMS);
  const repository = project.githubRepo
    ? await readRepository(deps.forgeOf(project), project, {
        archive: deps.archive,
        projectId: project.id,
        repository: project.githubRepo,
      })
    : null;
  const input: PlanInput = {
    cluster: { id: cluster.id, title: cluster.title, summary: cluster.summary },
    items: items.map((row) => ({
      source: row.source,
      title: row.title,
      body: row.body,
      crash: row.metadata.crash ?? null,
    })),
    repository,
    pathPrefix: project.pathPrefix,
  };
  const { content, planner, halted } = await planOrFallBack(deps, project, input);
  const row: PlanRow = {
    id: newId(),
    projectId: who.projectId,
    clusterId,
    version: (newest?.version ?? 0) + 1,
    content,
    baseSha: repository?.sha ?? null,
    author: `${planner} for ${actorName(who.actor)}`,
    createdAt: deps.clock(),
    approvedBy: null,
    approvedAt: null,
  };
  return { row, halted };
}

/** With a model it plans; without one the deterministic planner does. So it does when the model fails, and then the plan says so. */
async function planOrFallBack(deps: FixDeps, project: ProjectRow, input: PlanInput) {
  const model = deps.modelFor(project, "plan", null);
  const planner = model ? createModelPlanner(model) : deterministicPlanner;
  try {
    return { content: await planner.plan(input), planner: planner.name, halted: false };
  } catch (error) {
    if (!model) throw error;
    logFailure("planner_failed", error, { planner: planner.name });
    const halted = error instanceof ModelHalt;
    const why = halted ? error.message : "It did not give a plan that can be used.";
    const notice = `${model.name} has not made this plan: it comes from stack frames and names alone. ${why}`;
    const content = { ...(await deterministicPlanner.plan(input)), notice };
    return { content, planner: deterministicPlanner.name, halted };
  }
}
