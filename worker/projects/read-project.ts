import type { Actor, ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { countProject, findProject, listProjectsOfUser } from "../store/projects";
import type { ProjectDeps } from "./deps";
import {
  forCaller,
  toProjectView,
  type MeView,
  type ProjectForCaller,
  type ProjectView,
  type StatsView,
} from "./views";

/** One project, with what the caller may do in it. */
export async function readProject(
  deps: Pick<ProjectDeps, "db">,
  who: ProjectActor,
): Promise<ProjectForCaller> {
  const row = await findProject(deps.db, who.projectId);
  if (!row) throw notFound("project");
  return forCaller(toProjectView(row), who.permissions);
}

/** The projects that the caller can see: a person's memberships, or a token's one project. */
export async function listProjects(
  deps: Pick<ProjectDeps, "db">,
  actor: Actor,
): Promise<ProjectView[]> {
  if (actor.kind === "user") {
    return (await listProjectsOfUser(deps.db, actor.userId)).map(toProjectView);
  }
  if (actor.kind !== "token") return [];
  const row = await findProject(deps.db, actor.projectId);
  return row ? [toProjectView(row)] : [];
}

/** Who the caller is. */
export async function readMe(deps: Pick<ProjectDeps, "db">, actor: Actor): Promise<MeView> {
  const projects = await listProjects(deps, actor);
  return actor.kind === "user"
    ? { kind: "user", name: actor.name, projects }
    : { kind: "token", name: "API token", projects };
}

/** Counts by source and status. */
export async function readStats(
  deps: Pick<ProjectDeps, "db">,
  who: ProjectActor,
): Promise<StatsView> {
  const { bySource, byStatus, byRun, unclustered } = await countProject(deps.db, who.projectId);
  return {
    feedback_by_source: toRecord(bySource),
    clusters_by_status: toRecord(byStatus),
    runs_by_status: toRecord(byRun),
    unclustered,
  };
}

function toRecord<K extends string>(rows: { key: K; count: number }[]): Partial<Record<K, number>> {
  return Object.fromEntries(rows.map((row) => [row.key, row.count])) as Partial<Record<K, number>>;
}
