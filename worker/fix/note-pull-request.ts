import type { ProjectActor } from "../domain/actor";
import { nextClusterStatus, type ClusterEvent } from "../domain/cluster";
import { soakMs } from "../domain/project";
import type { PullState } from "../domain/pull";
import { isLiveRun } from "../domain/run";
import { findCluster, findClusterByPull, findSurvivor, type ClusterRow } from "../store/clusters";
import { moveCluster } from "../store/cluster-status";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { findProject, type ProjectRow } from "../store/projects";
import { findLiveRun, findRunByPull, setPullState } from "../store/runs";
import type { FixDeps } from "./deps";
import { endRun } from "./end-run";

type Moved = {
  number: number;
  url?: string;
  merged: boolean;
  reopened?: boolean;
  headBranch?: string;
  repository: { fullName: string };
};

type PullDeps = Pick<
  FixDeps,
  "db" | "clock" | "archive" | "runLog" | "broadcastRun" | "broadcastClusters" | "sendRun"
>;

/**
 * A pull request of ours was closed or opened again. Merged, whichever attempt it was: its cluster is `merged` and its soak time
 * begins. Closed unmerged: its cluster is `new` again with the reason, unless another attempt's pull request is open. Opened again:
 * its cluster is `pr_opened`, unless it has gone on meanwhile. Others' are not ours.
 */
export async function notePullRequest(
  deps: PullDeps,
  who: ProjectActor,
  pull: Moved,
): Promise<void> {
  const { db } = deps;
  const [project, run] = await Promise.all([
    findProject(db, who.projectId),
    findRunByPull(db, who.projectId, pull.number),
  ]);
  if (project?.githubRepo?.toLowerCase() !== pull.repository.fullName.toLowerCase()) return;
  const opened = run
    ? await findCluster(db, who.projectId, run.clusterId)
    : await findClusterByPull(db, who.projectId, pull.number);
  if (!opened) return;
  if (run) {
    await runBatch(db, [setPullState(db, who.projectId, pull.number, stateOf(pull))]);
    if (!pull.reopened) await endFollowUp(deps, who, run.clusterId, pull);
  }
  // A cluster that was merged into another one speaks for that one now.
  const cluster = await findSurvivor(db, who.projectId, await freshOf(deps, who, opened));
  // An earlier attempt's that is closed says nothing of the cluster; one that is open again speaks for it.
  if (stateOf(pull) === "closed" && cluster.githubPrNumber !== pull.number) return;
  await moveOn(deps, who, project, cluster, { ...pull, url: pull.url ?? run?.prUrl ?? undefined });
  await deps.broadcastClusters(who.projectId);
}

async function moveOn(
  deps: Pick<FixDeps, "db" | "clock">,
  who: ProjectActor,
  project: ProjectRow,
  cluster: ClusterRow,
  pull: Moved,
): Promise<void> {
  const event = EVENTS[stateOf(pull)];
  const next = nextClusterStatus(cluster.status, event);
  if (!next) return;
  const now = deps.clock();
  const changes = {
    closed: { errorMessage: `Pull request #${pull.number} was closed without a merge.` },
    open: { errorMessage: null, ...placeOf(cluster, pull) },
    merged: {
      errorMessage: null,
      mergedAt: now,
      soakUntil: now + soakMs(project.settings),
      regressedPrUrl: null,
      ...placeOf(cluster, pull),
    },
  }[stateOf(pull)];
  await runBatch(deps.db, [
    moveCluster(deps.db, who.projectId, cluster.id, event, next, { ...changes, updatedAt: now }),
    auditStatement(deps.db, who, now, {
      action: `cluster.${event}`,
      target: `cluster:${cluster.id}`,
      detail: { pull: pull.number },
    }),
  ]);
}

const EVENTS = {
  open: "pr_reopened",
  merged: "pr_merged",
  closed: "pr_closed",
} as const satisfies Record<PullState, ClusterEvent>;

function stateOf({ merged, reopened }: Moved): PullState {
  if (reopened) return "open";
  return merged ? "merged" : "closed";
}

/** The pull request that the cluster shows from now on. */
function placeOf(cluster: ClusterRow, { number, url, headBranch }: Moved) {
  return {
    githubPrNumber: number,
    githubPrUrl: url ?? cluster.githubPrUrl,
    githubBranch: headBranch ?? cluster.githubBranch,
  };
}

/** A run that adds to a pull request which is closed now has nothing to add to. */
async function endFollowUp(
  deps: Omit<PullDeps, "broadcastClusters">,
  who: ProjectActor,
  clusterId: string,
  pull: Moved,
): Promise<void> {
  const live = await findLiveRun(deps.db, who.projectId, clusterId);
  if (!live || !isLiveRun(live.status) || live.followUp?.pullNumber !== pull.number) return;
  await endRun(deps, who, live, { status: "cancelled" });
}

/** As it is after a run of it was ended. */
async function freshOf(
  deps: Pick<FixDeps, "db">,
  who: ProjectActor,
  cluster: ClusterRow,
): Promise<ClusterRow> {
  return (await findCluster(deps.db, who.projectId, cluster.id)) ?? cluster;
}
