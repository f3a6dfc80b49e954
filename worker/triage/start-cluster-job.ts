import type { ProjectActor } from "../domain/actor";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import type { TriageDeps } from "./deps";

/** Starts a cluster job now. While one is running it answers that one's id. */
export async function startClusterJob(
  deps: Pick<TriageDeps, "db" | "clock" | "startJob">,
  who: ProjectActor,
): Promise<{ id: string }> {
  const id = await deps.startJob(who.projectId);
  const audit = { action: "cluster_job.start", target: `cluster_job:${id}` };
  await runBatch(deps.db, [auditStatement(deps.db, who, deps.clock(), audit)]);
  return { id };
}
