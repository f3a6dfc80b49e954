import type { Actor } from "../domain/actor";
import { listProjectsOfUser } from "../store/projects";
import type { ProjectDeps } from "./deps";

/** The project of a short route: the token's or run's own, or the first that the user became a member of. */
export async function defaultProjectOf(
  deps: Pick<ProjectDeps, "db">,
  actor: Actor,
): Promise<string | null> {
  if (actor.kind === "user")
    return (await listProjectsOfUser(deps.db, actor.userId))[0]?.id ?? null;
  return actor.kind === "system" ? null : actor.projectId;
}
