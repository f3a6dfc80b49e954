import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { findFeedback, findFeedbackByIds } from "../store/feedback";
import { decisionsOfFeedback, type DecisionRow } from "../store/grouping";
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

/** Ledger rows as they go over the wire, with the titles of the reports they name. */
export async function withTitles(
  deps: Pick<TriageDeps, "db">,
  who: ProjectActor,
  rows: DecisionRow[],
): Promise<GroupingDecision[]> {
  const named = new Set(
    rows.flatMap((row) => [row.feedbackId, ...row.neighbours.map((one) => one.feedback_id)]),
  );
  const items = await findFeedbackByIds(deps.db, who.projectId, [...named]);
  const titles = new Map(items.map((item) => [item.id, item.title]));
  return rows.map((row) => toGroupingDecision(row, titles));
}
