import { and, desc, eq } from "drizzle-orm";
import type { Db, Statement } from "./db";
import { plans } from "./schema";

export type PlanRow = typeof plans.$inferSelect;

/** The newest version of a cluster's plan. */
export async function findNewestPlan(
  db: Db,
  projectId: string,
  clusterId: string,
): Promise<PlanRow | undefined> {
  return db.query.plans.findFirst({
    where: and(eq(plans.projectId, projectId), eq(plans.clusterId, clusterId)),
    orderBy: desc(plans.version),
  });
}

export async function findPlan(
  db: Db,
  projectId: string,
  id: string,
): Promise<PlanRow | undefined> {
  return db.query.plans.findFirst({ where: and(eq(plans.projectId, projectId), eq(plans.id, id)) });
}

/** A new version; collides (unique index) when somebody else wrote that version first. */
export function insertPlan(db: Db, row: typeof plans.$inferInsert): Statement {
  return db.insert(plans).values(row);
}

export function approvePlan(
  db: Db,
  projectId: string,
  id: string,
  approvedBy: string,
  now: number,
): Statement {
  return db
    .update(plans)
    .set({ approvedBy, approvedAt: now })
    .where(and(eq(plans.projectId, projectId), eq(plans.id, id)));
}
