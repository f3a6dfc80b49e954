import type { ProjectActor } from "../domain/actor";
import { DomainError } from "../domain/errors";
import { newId } from "../domain/ids";
import { commit } from "../store/commit";
import { insertErasure } from "../store/erasures";
import { closeProject } from "../store/projects";
import { listSources } from "../store/sources";
import type { ProjectDeps } from "./deps";

/**
 * Ends a project for everybody at once, and erases it: reports, vectors, runs, archives. People only: a token that leaked must
 * not be able to do this.
 */
export async function removeProject(deps: ProjectDeps, who: ProjectActor): Promise<void> {
  if (who.actor.kind !== "user") {
    throw new DomainError("forbidden", "Only a person can delete a project.");
  }
  const { projectId } = who;
  const now = deps.clock();
  const sources = await listSources(deps.db, projectId);
  const erasure = { id: newId(), projectId, sourceId: null, requestedAt: now };
  await commit(
    deps.db,
    who,
    now,
    [...closeProject(deps.db, projectId), insertErasure(deps.db, erasure)],
    { action: "project.delete", target: `project:${projectId}` },
  );
  for (const source of sources) await deps.forgetSource(source);
  await deps.sendErasure(erasure.id);
}
