import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { findCluster } from "../store/clusters";
import { findFeedback, findFeedbackByIds } from "../store/feedback";
import { decisionsOfCluster, decisionsOfFeedback, type DecisionRow } from "../store/grouping";
import type { TriageDeps } from "./deps";
import { toGroupingDecision, type GroupingDecision } from "./views";

/** Why an item is where it is: its ledger rows, newest first. */
export async function readWhy(
  deps: Pick<TriageDeps, "db">,
  who: ProjectActor,
  feedbackId: string,
): Promise<GroupingDecision[]> {
  if (!(await findFeedback(deps.db, who.projectId, feedbackId))) throw notFound("feedback item");
  return withTitles(deps, who, await decisionsOfFeedback(deps.db, who.projectId, feedbackId));
}

/** What brought items into a cluster: the newest 100 ledger rows. */
export async function readHistory(
  deps: Pick<TriageDeps, "db">,
  who: ProjectActor,
  clusterId: string,
): Promise<GroupingDecision[]> {
  if (!(await findCluster(deps.db, who.projectId, clusterId))) throw notFound("cluster");
  return withTitles(deps, who, await decisionsOfCluster(deps.db, who.projectId, clusterId));
}

async function withTitles(
  deps: Pick<TriageDeps, "db">,
  who: ProjectActor,
  rows: DecisionRow[],
): Promise<GroupingDecision[]> {
  const near = new Set(rows.flatMap((row) => row.neighbours.map((one) => one.feedback_id)));
  const items = await findFeedbackByIds(deps.db, who.projectId, [...near]);
  const titles = new Map(items.map((item) => [item.id, item.title]));
  return rows.map((row) => toGroupingDecision(row, titles));
}
