import type { ProjectActor } from "../domain/actor";
import { nextClusterStatus } from "../domain/cluster";
import { findClusterByPull, findSurvivor, moveCluster } from "../store/clusters";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { findProject } from "../store/projects";
import type { FixDeps } from "./deps";

/** A pull request was closed: merged makes its cluster `merged`; closed unmerged sends it back to `new`. Others' are not ours. */
export async function notePullRequest(
  deps: Pick<FixDeps, "db" | "clock">,
  who: ProjectActor,
  pull: { number: number; merged: boolean; repository: { fullName: string } },
): Promise<void> {
  const [opened, project] = await Promise.all([
    findClusterByPull(deps.db, who.projectId, pull.number),
    findProject(deps.db, who.projectId),
  ]);
  if (project?.githubRepo?.toLowerCase() !== pull.repository.fullName.toLowerCase()) return;
  // A cluster that was merged into another one speaks for that one now.
  const cluster = opened ? await findSurvivor(deps.db, who.projectId, opened) : undefined;
  const event = pull.merged ? "pr_merged" : "pr_closed";
  const next = cluster ? nextClusterStatus(cluster.status, event) : null;
  if (!cluster || !next) return;
  const now = deps.clock();
  const reason = pull.merged ? null : `Pull request #${pull.number} was closed without a merge.`;
  await runBatch(deps.db, [
    moveCluster(deps.db, who.projectId, cluster.id, event, next, {
      errorMessage: reason,
      updatedAt: now,
    }),
    auditStatement(deps.db, who, now, {
      action: `cluster.${event}`,
      target: `cluster:${cluster.id}`,
    }),
  ]);
}
