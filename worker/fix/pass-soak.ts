import { systemActor } from "../domain/actor";
import { soakMs } from "../domain/project";
import { updateCluster, type ClusterRow } from "../store/clusters";
import { listSoaked, moveCluster } from "../store/cluster-status";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { findProject } from "../store/projects";
import type { FixDeps } from "./deps";

/**
 * For cron, at most 100 at a time: merged clusters that have been quiet for their project's soak time are `resolved`. An event
 * that was only counted, without a report of its own, begins the time anew. Answers how many were resolved.
 */
export async function passSoak(
  deps: Pick<FixDeps, "db" | "clock" | "broadcastClusters">,
): Promise<number> {
  const now = deps.clock();
  let resolved = 0;
  for (const cluster of await listSoaked(deps.db, now)) {
    const project = await findProject(deps.db, cluster.projectId);
    if (!project) continue;
    const end = soakEnd(cluster, soakMs(project.settings));
    await (end > now ? postpone(deps, cluster, end) : resolve(deps, cluster, now));
    if (end > now) continue;
    resolved += 1;
    await deps.broadcastClusters(cluster.projectId);
  }
  return resolved;
}

/** When a merged cluster will have been quiet for long enough. Pure; times in epoch milliseconds. */
export function soakEnd(
  { mergedAt, lastSeenAt }: Pick<ClusterRow, "mergedAt" | "lastSeenAt">,
  soak: number,
): number {
  return Math.max(mergedAt ?? lastSeenAt, lastSeenAt) + soak;
}

async function postpone(
  { db }: Pick<FixDeps, "db">,
  { projectId, id }: ClusterRow,
  soakUntil: number,
): Promise<void> {
  await runBatch(db, [updateCluster(db, projectId, id, { soakUntil })]);
}

async function resolve(
  { db }: Pick<FixDeps, "db">,
  { projectId, id, githubPrNumber }: ClusterRow,
  now: number,
): Promise<void> {
  const changes = { updatedAt: now, soakUntil: null };
  await runBatch(db, [
    moveCluster(db, projectId, id, "soak_passed", "resolved", changes),
    auditStatement(db, systemActor("cron", projectId), now, {
      action: "cluster.soak_passed",
      target: `cluster:${id}`,
      detail: { pull: githubPrNumber },
    }),
  ]);
}
