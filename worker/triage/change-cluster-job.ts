import { z } from "zod";
import { actorName, type ProjectActor } from "../domain/actor";
import { CLUSTER_JOB_STATUSES, isLiveJob } from "../domain/cluster-job";
import { DomainError, notFound } from "../domain/errors";
import { cancelledColumns, findClusterJob, updateClusterJob } from "../store/cluster-jobs";
import { commit } from "../store/commit";
import type { TriageDeps } from "./deps";
import { toClusterJobView, type ClusterJobView } from "./views";

/** People cancel jobs; any other status is the brain's to set. */
export const ChangeJobInput = z.object({ status: z.enum(CLUSTER_JOB_STATUSES) });

/**
 * Cancels a job of any kind that is pending or running. In the project's gate, so between two slices: what the job has placed is
 * whole and stays, a preview finds nothing, a recluster changes nothing, and what waits is placed by the next job. The status that
 * the job has already changes nothing. Throws `illegal_transition` for any other change.
 */
export async function changeClusterJob(
  deps: Pick<TriageDeps, "db" | "clock" | "inGate" | "dropJob">,
  who: ProjectActor,
  id: string,
  { status }: z.output<typeof ChangeJobInput>,
): Promise<ClusterJobView> {
  const { db, clock } = deps;
  return deps.inGate(who.projectId, async () => {
    const row = await findClusterJob(db, who.projectId, id);
    if (!row) throw notFound("cluster job");
    if (row.status === status) return toClusterJobView(row);
    if (status !== "cancelled" || !isLiveJob(row.status)) {
      throw new DomainError(
        "illegal_transition",
        `A cluster job that is ${row.status} cannot be set to ${status}: people only cancel what is pending or running.`,
      );
    }
    const now = clock();
    const changes = cancelledColumns(actorName(who.actor), now);
    const view = toClusterJobView({ ...row, ...changes });
    await commit(
      db,
      who,
      now,
      [updateClusterJob(db, who.projectId, id, changes)],
      { action: "cluster_job.cancel", target: `cluster_job:${id}`, detail: { kind: row.kind } },
      { status: 200, body: view },
    );
    await deps.dropJob(who.projectId, id);
    return view;
  });
}
