import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DomainError } from "../domain/errors";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { findProject } from "../store/projects";
import { groupingOf, type TriageDeps } from "./deps";

export const StartJobInput = z.object({
  kind: z.enum(["place", "recluster", "reembed"]).default("place"),
});

/**
 * Starts a cluster job now: `place` puts what waits into clusters, `recluster` decides everything anew by the present settings
 * (what people touched stays, and is proposed), as one operation; `reembed` embeds what another embedder has read. While one of
 * the kind is running it answers that one's id.
 */
export async function startClusterJob(
  deps: Pick<TriageDeps, "db" | "clock" | "grouping" | "startJob" | "startReplay" | "startReembed">,
  who: ProjectActor,
  { kind }: z.output<typeof StartJobInput>,
): Promise<{ id: string }> {
  const start = {
    place: () => deps.startJob(who.projectId),
    recluster: () => recluster(deps, who),
    reembed: () => deps.startReembed(who.projectId),
  };
  const id = await start[kind]();
  const audit = { action: "cluster_job.start", target: `cluster_job:${id}`, detail: { kind } };
  await runBatch(deps.db, [auditStatement(deps.db, who, deps.clock(), audit)]);
  return { id };
}

async function recluster(
  deps: Pick<TriageDeps, "db" | "grouping" | "startReplay">,
  { projectId }: ProjectActor,
): Promise<string> {
  const project = await findProject(deps.db, projectId);
  if (!project) throw new DomainError("not_found", "There is no such project.");
  const { method, threshold } = groupingOf(deps.grouping, project);
  return (await deps.startReplay(projectId, "recluster", { method, threshold })).id;
}
