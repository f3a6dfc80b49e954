import { and, asc, eq, ne, sql } from "drizzle-orm";
import type { ProjectSettings } from "../domain/project";
import type { Db, Statement } from "./db";
import { apiTokens, clusters, feedback, memberships, projects, runs, sources } from "./schema";

export type ProjectRow = typeof projects.$inferSelect;

export async function findProject(db: Db, projectId: string): Promise<ProjectRow | undefined> {
  return db.query.projects.findFirst({ where: eq(projects.id, projectId) });
}

/** A user's projects, oldest membership first; the first one is the default. At most 100. */
export async function listProjectsOfUser(db: Db, userId: string): Promise<ProjectRow[]> {
  const rows = await db
    .select({ project: projects })
    .from(memberships)
    .innerJoin(projects, eq(projects.id, memberships.projectId))
    .where(eq(memberships.userId, userId))
    .orderBy(asc(memberships.createdAt), asc(memberships.projectId))
    .limit(100);
  return rows.map((row) => row.project);
}

/** The ids of the first two projects of the installation: enough to know whether there is exactly one. */
export async function firstProjectIds(db: Db): Promise<string[]> {
  const rows = await db
    .select({ id: projects.id })
    .from(projects)
    .orderBy(projects.number)
    .limit(2);
  return rows.map((row) => row.id);
}

export function insertProject(
  db: Db,
  project: Omit<typeof projects.$inferInsert, "number">,
): Statement {
  const number = sql<number>`(SELECT coalesce(max(number), 0) + 1 FROM projects)`;
  return db.insert(projects).values({ ...project, number });
}

export function updateProject(
  db: Db,
  projectId: string,
  changes: Partial<typeof projects.$inferInsert>,
): Statement {
  return db.update(projects).set(changes).where(eq(projects.id, projectId));
}

/** Only the grouping settings; others may be changed at the same time. */
export function setGrouping(
  db: Db,
  projectId: string,
  grouping: ProjectSettings["grouping"],
  now: number,
): Statement {
  return db.run(sql`
    UPDATE projects SET settings = json_set(settings, '$.grouping', json(${JSON.stringify(grouping)})), updated_at = ${now}
    WHERE id = ${projectId}`);
}

/** Counts for the stats page, each by an index. */
export async function countProject(db: Db, projectId: string) {
  const [bySource, byStatus, unclustered, byRun] = await db.batch([
    db
      .select({ key: feedback.source, count: sql<number>`count(*)` })
      .from(feedback)
      .where(and(eq(feedback.projectId, projectId), ne(feedback.state, "deleted")))
      .groupBy(feedback.source),
    db
      .select({ key: clusters.status, count: sql<number>`count(*)` })
      .from(clusters)
      .where(eq(clusters.projectId, projectId))
      .groupBy(clusters.status),
    db
      .select({ count: sql<number>`count(*)` })
      .from(feedback)
      .where(and(eq(feedback.projectId, projectId), sql`unclustered = 1`)),
    db
      .select({ key: runs.status, count: sql<number>`count(*)` })
      .from(runs)
      .where(eq(runs.projectId, projectId))
      .groupBy(runs.status),
  ]);
  return { bySource, byStatus, unclustered: unclustered[0]?.count ?? 0, byRun };
}

/** Nobody gets in any more; the rows go with the erasure. */
export function closeProject(db: Db, projectId: string): Statement[] {
  return [
    db.delete(memberships).where(eq(memberships.projectId, projectId)),
    db.delete(apiTokens).where(eq(apiTokens.projectId, projectId)),
    db.delete(sources).where(eq(sources.projectId, projectId)),
  ];
}

/** The project with every row that refers to it. */
export function deleteProject(db: Db, projectId: string): Statement {
  return db.delete(projects).where(eq(projects.id, projectId));
}
