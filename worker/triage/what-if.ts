import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { GROUPING_METHODS } from "../domain/grouping";
import type { ReplayResult } from "../domain/replay";
import { findClusterJob, markApplied, type ClusterJobRow } from "../store/cluster-jobs";
import { findClustersByIds } from "../store/clusters";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { findFeedbackByIds } from "../store/feedback";
import { findProject, setGrouping } from "../store/projects";
import { refused } from "./decide-change";
import { groupingOf, type TriageDeps } from "./deps";
import { operate, type LedgerDeps } from "./operate";
import { planRegroup } from "./plan-regroup";
import { MOST_MOVES } from "./replay";
import type { OperationView } from "./views";
import { toWhatIfView, type WhatIfView } from "./what-if-view";

/** What is left out is as the project has it. */
export const WhatIfInput = z.object({
  threshold: z.number().min(0.01).max(0.99).optional(),
  method: z.enum(GROUPING_METHODS).optional(),
});

/**
 * Begins to find out what another threshold or strategy would change. It changes nothing, embeds nothing and asks no model; the
 * project's object does it in slices. A newer preview ends an older one. Throws `conflict` while everything is decided anew.
 */
export async function startWhatIf(
  deps: Pick<TriageDeps, "db" | "clock" | "grouping" | "startReplay">,
  who: ProjectActor,
  input: z.output<typeof WhatIfInput>,
): Promise<WhatIfView> {
  const project = await findProject(deps.db, who.projectId);
  if (!project) throw notFound("project");
  const present = groupingOf(deps.grouping, project);
  const threshold = input.threshold ?? present.threshold;
  const method = input.method ?? present.method;
  const { id, begun } = await deps.startReplay(who.projectId, "what_if", { method, threshold });
  if (!begun) throw refused("The project is being clustered anew: wait for its end.");
  const audit = { action: "what_if.start", target: `what_if:${id}`, detail: { threshold, method } };
  await runBatch(deps.db, [auditStatement(deps.db, who, deps.clock(), audit)]);
  return readWhatIf(deps, who, id);
}

/** How far a preview is, and what it found, in the titles of today. */
export async function readWhatIf(
  { db }: Pick<TriageDeps, "db">,
  who: ProjectActor,
  id: string,
): Promise<WhatIfView> {
  const row = await findWhatIf(db, who, id);
  const { clusters, reports } = named(row.result);
  const [clusterRows, reportRows] = await Promise.all([
    findClustersByIds(db, who.projectId, clusters),
    findFeedbackByIds(db, who.projectId, reports),
  ]);
  const titles = new Map([...clusterRows, ...reportRows].map((one) => [one.id, one.title]));
  return toWhatIfView(row, titles);
}

/**
 * Does what a preview found, as one operation that can be undone: reports, clusters and the project's settings. What was
 * changed since stays as it is. Throws `conflict` when a newer preview took its place, or a person has decided otherwise since.
 */
export async function applyWhatIf(
  deps: LedgerDeps & Pick<TriageDeps, "replayFound">,
  who: ProjectActor,
  id: string,
): Promise<OperationView> {
  const { db, grouping: defaults } = deps;
  const applied = await operate(deps, who, "regroup", `what_if:${id}`, async (operationId) => {
    const { replay, result } = await findWhatIf(db, who, id);
    if (!result || !replay) throw refused("The preview is not ready.");
    if (result.applied_by) throw refused("This was applied already.");
    const found = await deps.replayFound(who.projectId, id);
    if (!found) throw refused("A newer preview took its place: preview it again.");
    if (found.moves.length > MOST_MOVES) {
      throw refused(`More than ${MOST_MOVES} reports would move: too many for one operation.`);
    }
    const project = await findProject(db, who.projectId);
    const before = project!.settings.grouping;
    const same = groupingOf(defaults, project);
    const changed = same.threshold !== replay.threshold || same.method !== replay.method;
    const grouping = changed ? { before, after: { ...before, ...replay } } : undefined;
    const by = { ...replay, embedderVersion: found.embedderVersion };
    const planned = await planRegroup(db, who, { moves: found.moves, by, grouping });
    if (planned.change.moves.length === 0 && !grouping) throw refused("Nothing would change.");
    return {
      ...planned,
      more: (now) => [
        ...(grouping ? [setGrouping(db, who.projectId, grouping.after, now)] : []),
        markApplied(db, who.projectId, id, operationId),
      ],
    };
  });
  await deps.announce(who.projectId);
  return applied;
}

async function findWhatIf(
  db: TriageDeps["db"],
  { projectId }: ProjectActor,
  id: string,
): Promise<ClusterJobRow> {
  const row = await findClusterJob(db, projectId, id);
  if (!row || row.kind !== "what_if") throw notFound("preview");
  return row;
}

function named(result: ReplayResult | null): { clusters: string[]; reports: string[] } {
  if (!result) return { clusters: [], reports: [] };
  const clusters = [
    ...result.merges.items.flatMap(({ into, clusters: of }) => [into, ...of.map(({ id }) => id)]),
    ...result.splits.items.flatMap(({ id, parts }) => [id, ...parts.map(({ into }) => into)]),
  ].filter((id) => id !== null);
  const reports = result.human.contradictions.flatMap(({ example }) => [
    example.feedback_id,
    example.other_id,
  ]);
  return { clusters: [...new Set(clusters)], reports: [...new Set(reports)] };
}
