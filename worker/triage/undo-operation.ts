import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { decisionsOfOperation } from "../store/grouping";
import {
  findOperation,
  markUndone,
  movesAfter,
  touchedAfter,
  type OperationRow,
} from "../store/operations";
import { planUndoOfChange } from "./change-cluster";
import { decideUndo, type Undoable } from "./decide-undo";
import { loadLinks, loadMembership, MOST_REGROUPED } from "./load-membership";
import type { Move } from "./membership";
import { operate, type LedgerDeps, type Planned } from "./operate";
import { listSurvivors } from "../store/clusters";
import { findFeedbackByIds } from "../store/feedback";
import { setGrouping } from "../store/projects";
import type { OperationView } from "./views";

/** Takes back one operation, whoever made it. Throws `conflict` when a later decision rests on it. */
export async function undoOperation(
  deps: LedgerDeps,
  who: ProjectActor,
  operationId: string,
): Promise<OperationView> {
  return operate(deps, who, "undo", `operation:${operationId}`, async (undoId) => {
    const row = await findOperation(deps.db, who.projectId, operationId);
    if (!row) throw notFound("operation");
    const planned =
      row.kind === "change"
        ? await planUndoOfChange(deps, who, row)
        : await planUndoOfMoves(deps, who, row);
    return {
      ...planned,
      more: (now) => [
        ...(planned.more?.(now, undoId) ?? []),
        markUndone(deps.db, who.projectId, operationId, undoId),
      ],
      detail: { undoes: operationId },
    };
  });
}

async function planUndoOfMoves(
  { db }: LedgerDeps,
  who: ProjectActor,
  row: OperationRow,
): Promise<Planned> {
  const operation = await undoableOf(db, who, row);
  if (row.effect.grouping && !who.permissions.includes("project:admin")) {
    throw new DomainError("forbidden", "This changed the project's settings too.");
  }
  const ids = [
    ...operation.moves.map((move) => move.feedbackId),
    ...operation.effect.duplicates.flatMap(({ feedbackId, from }) => [
      feedbackId,
      ...(from ? [from] : []),
    ]),
  ];
  const present = await findFeedbackByIds(db, who.projectId, [...new Set(ids)]);
  const concerned = [
    ...operation.moves.flatMap(({ from, to }) => [from, to]),
    ...operation.effect.merged.flatMap(({ clusterId, into }) => [clusterId, into]),
    ...present.flatMap((item) => item.clusterId ?? []),
  ];
  const regroup = row.kind === "regroup";
  const survivors = regroup ? await listSurvivors(db, who.projectId, concerned) : [];
  const most = regroup ? MOST_REGROUPED : undefined;
  const state = await loadMembership(db, who, [...concerned, ...survivors], most);
  const [laterTouched, { links, places }, later] = await Promise.all([
    touchedAfter(db, who.projectId, ids, row.revision),
    loadLinks(db, who, ids, row.id),
    movesAfter(db, who.projectId, [...state.problems.keys()], row.revision),
  ]);
  const change = decideUndo({ state, operation, laterTouched, links, later, places });
  const { grouping } = operation.effect;
  return {
    change,
    about: aboutOf(operation, change.moves),
    more: (now) => (grouping ? [setGrouping(db, who.projectId, grouping.before, now)] : []),
  };
}

async function undoableOf(
  db: LedgerDeps["db"],
  { projectId }: ProjectActor,
  row: OperationRow,
): Promise<Undoable> {
  const rows = await decisionsOfOperation(db, projectId, row.id);
  return {
    id: row.id,
    kind: row.kind,
    machine: row.actor.startsWith("system:") || row.kind === "regroup",
    undone: row.undoneBy !== null,
    effect: row.effect,
    moves: rows.flatMap(({ feedbackId, clusterId, previousClusterId }) =>
      previousClusterId === null ? [] : { feedbackId, from: previousClusterId, to: clusterId },
    ),
  };
}

function aboutOf({ moves, effect }: Undoable, back: readonly Move[]): string[] {
  return [
    ...new Set([
      ...moves.flatMap(({ from, to }) => [from, to]),
      ...back.flatMap(({ from, to }) => [from, to]),
      ...effect.merged.flatMap(({ clusterId, into }) => [clusterId, into]),
    ]),
  ];
}
