import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { isoTime } from "../kit/clock";
import { findClusterJob, listClusterJobs } from "../store/cluster-jobs";
import { decodeCursor, toPage, type Page } from "../store/cursor";
import { oldestUnclusteredAt } from "../store/placement";
import { countProject } from "../store/projects";
import type { TriageDeps } from "./deps";
import { toClusterJobView, type ClusterJobView, type ClusteringStatus } from "./views";

export const JobQuery = z.object({
  project_id: z.string().optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export async function readClusterJobs(
  deps: Pick<TriageDeps, "db">,
  who: ProjectActor,
  query: z.output<typeof JobQuery>,
): Promise<Page<ClusterJobView>> {
  const { cursor, limit } = query;
  const rows = await listClusterJobs(deps.db, who.projectId, decodeCursor(cursor), limit);
  return toPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }), toClusterJobView);
}

export async function readClusterJob(
  deps: Pick<TriageDeps, "db">,
  who: ProjectActor,
  id: string,
): Promise<ClusterJobView> {
  const row = await findClusterJob(deps.db, who.projectId, id);
  if (!row) throw notFound("cluster job");
  return toClusterJobView(row);
}

/** What the brain is doing, as its object says, and how much waits, as the database says. */
export async function readClusteringStatus(
  deps: Pick<TriageDeps, "db" | "objectStatus">,
  who: ProjectActor,
): Promise<ClusteringStatus> {
  const [status, counts, oldest, jobs] = await Promise.all([
    deps.objectStatus(who.projectId),
    countProject(deps.db, who.projectId),
    oldestUnclusteredAt(deps.db, who.projectId),
    listClusterJobs(deps.db, who.projectId, null, 1, "place"),
  ]);
  return {
    pending: status.announced || counts.unclustered > 0,
    running: status.runningJobId !== null,
    unclustered: counts.unclustered,
    oldest_unclustered_at: isoTime(oldest),
    last_job: jobs[0] ? toClusterJobView(jobs[0]) : null,
    embedder: status.embedder,
    read_by_others: status.readByOthers,
  };
}
