import { z } from "zod";
import { actorName, type ProjectActor } from "../domain/actor";
import { fixBranch, nextClusterStatus } from "../domain/cluster";
import { DomainError, notFound } from "../domain/errors";
import { SOURCE_KINDS } from "../domain/feedback";
import { newId } from "../domain/ids";
import { runLimits } from "../domain/project";
import { noSuchRunner, RUNNER_NAMES } from "../domain/run";
import { findCluster, type ClusterRow } from "../store/clusters";
import { mergedAway } from "../store/cluster-members";
import { moveCluster } from "../store/cluster-status";
import { commit } from "../store/commit";
import { isRefused, refuseWhen } from "../store/grouping";
import { isUniqueViolation, type Statement } from "../store/db";
import { approvePlan, findNewestPlan, insertPlan, type PlanRow } from "../store/plans";
import { hasReportsFrom } from "../store/feedback";
import { findProject, type ProjectRow } from "../store/projects";
import { countRunsOfCluster, findLiveRun, insertRun, type RunRow } from "../store/runs";
import type { FixDeps } from "./deps";
import { draftPlan } from "./make-plan";
import { settingsFor } from "./run-settings";
import type { RunStarted } from "./views";

export const StartFixInput = z.object({
  runner: z.enum(RUNNER_NAMES, { error: ({ input }) => noSuchRunner(input) }).optional(),
  /** The version that the person saw: refused when a newer one has come meanwhile. */
  plan_version: z.number().int().positive().optional(),
});
export type StartFixInput = z.infer<typeof StartFixInput>;

/** What a run takes over from an earlier one. */
export type RunSeed = Partial<
  Pick<
    RunRow,
    "id" | "retryOf" | "resumeFrom" | "artifactKey" | "baseSha" | "branch" | "guidance" | "followUp"
  >
>;

/**
 * Starts a run for a cluster, making a plan when there is none. Pressed twice it answers the live run. Pressed by a person
 * who may approve, it approves the newest version; where an approval is required and missing, or the planner's quota of the day is
 * spent, the run is `waiting`.
 * The first statement of its one batch is the run's INSERT under a unique index: who comes second changes nothing.
 */
export async function startFix(
  deps: FixDeps,
  who: ProjectActor,
  clusterId: string,
  input: StartFixInput,
  seed: RunSeed = {},
): Promise<RunStarted> {
  const { db } = deps;
  const [cluster, project, live] = await Promise.all([
    findCluster(db, who.projectId, clusterId),
    findProject(db, who.projectId),
    findLiveRun(db, who.projectId, clusterId),
  ]);
  if (!cluster || !project) throw notFound("cluster");
  if (live) return { job_id: live.id, status: live.status };
  if (cluster.mergedInto !== null) {
    throw new DomainError("conflict", "This cluster was merged into another one: fix that one.");
  }
  const fixing = nextClusterStatus(cluster.status, "fix_started");
  if (!fixing) {
    throw new DomainError(
      "illegal_transition",
      `A cluster that is ${cluster.status} cannot be fixed.`,
    );
  }
  const runner = deps.chooseRunner(input.runner);
  deps.forgeOf(project);
  const known = await findNewestPlan(db, who.projectId, clusterId);
  if (input.plan_version !== undefined && known?.version !== input.plan_version) {
    throw new DomainError("stale_version", "The plan has changed since you read it.");
  }
  const { row: plan, halted } = known
    ? { row: known, halted: false }
    : await draftPlan(deps, who, clusterId);
  // A plan that its model could not make today is read by a person first, whoever presses.
  const approves = who.permissions.includes("plan:approve") && !halted;
  const approved =
    approves ||
    plan.approvedAt !== null ||
    (!halted && (!project.approvalRequired || (await isTrusted(deps, project, clusterId))));
  const attempt = (await countRunsOfCluster(db, who.projectId, clusterId)) + 1;
  const now = deps.clock();
  const runId = seed.id ?? newId();
  const run = {
    id: runId,
    projectId: who.projectId,
    clusterId,
    planId: plan.id,
    runner,
    status: approved ? ("pending" as const) : ("waiting" as const),
    waitingFor: approved ? null : ("approval" as const),
    limits: runLimits(project.settings, deps.runBudgetMicroUsd),
    settings: settingsFor(project),
    attempt,
    startedBy: actorName(who.actor),
    branch: fixBranch(clusterId, cluster.title, attempt),
    heartbeatAt: now,
    createdAt: now,
    updatedAt: now,
    ...seed,
  };
  const started: RunStarted = { job_id: runId, status: run.status };
  try {
    await commit(
      db,
      who,
      now,
      [
        insertRun(db, run),
        refuseWhen(db, mergedAway(who.projectId, clusterId)),
        ...planStatements(deps, who, known ? null : plan, approves ? plan : null, now),
        startCluster(deps, who, cluster, now),
      ],
      { action: "fix.start", target: `cluster:${clusterId}`, detail: { run_id: runId, runner } },
      { status: 202, body: started },
    );
  } catch (error) {
    if (isRefused(error)) {
      throw new DomainError("conflict", "This cluster has just been merged into another one.");
    }
    if (!isUniqueViolation(error)) throw error;
    const winner = await findLiveRun(db, who.projectId, clusterId);
    if (winner) return { job_id: winner.id, status: winner.status };
    // Somebody made a plan at the same moment: begin again, with theirs.
    const theirs = known ? null : await findNewestPlan(db, who.projectId, clusterId);
    if (theirs) return startFix(deps, who, clusterId, input, seed);
    throw new DomainError("conflict", "Something else changed this cluster; try again.");
  }
  if (approved) await deps.sendRun(who.projectId, runId);
  await deps.broadcastRun(who.projectId, runId, run.status);
  return started;
}

/** Whether all reports of a cluster come from sources that the project trusts: then nobody has to approve its plan. */
async function isTrusted(deps: FixDeps, project: ProjectRow, clusterId: string): Promise<boolean> {
  const trusted = project.settings.trusted_sources ?? [];
  if (trusted.length === 0) return false;
  const others = SOURCE_KINDS.filter((kind) => !trusted.some((one) => one === kind));
  return !(await hasReportsFrom(deps.db, project.id, clusterId, others));
}

function planStatements(
  deps: FixDeps,
  who: ProjectActor,
  fresh: PlanRow | null,
  toApprove: PlanRow | null,
  now: number,
): Statement[] {
  return [
    ...(fresh ? [insertPlan(deps.db, fresh)] : []),
    ...(toApprove && toApprove.approvedAt === null
      ? [approvePlan(deps.db, who.projectId, toApprove.id, actorName(who.actor), now)]
      : []),
  ];
}

function startCluster(
  deps: FixDeps,
  who: ProjectActor,
  cluster: ClusterRow,
  now: number,
): Statement {
  return moveCluster(deps.db, who.projectId, cluster.id, "fix_started", "fixing", {
    touchedAt: cluster.touchedAt ?? now,
    errorMessage: null,
    updatedAt: now,
  });
}
