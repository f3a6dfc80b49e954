import { z } from "zod";
import { actorName, type ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { findClustersByIds } from "../store/clusters";
import { commit } from "../store/commit";
import { findFeedbackByIds } from "../store/feedback";
import { decideProposal, findProposal, listProposals, type ProposalRow } from "../store/proposals";
import { refused } from "./decide-change";
import { mergeClusters } from "./merge-clusters";
import { splitCluster } from "./split-cluster";
import type { LedgerDeps } from "./operate";
import { SHOWN_REPORTS, toProposalView, type OperationView, type ProposalView } from "./views";

const SHOWN = 50;

export const ProposalQuery = z.object({
  project_id: z.string().optional(),
  cluster_id: z.uuid().optional(),
});

/** What the machine would do and leaves to people: the newest 50 that are open, and still true of where reports are. */
export async function readProposals(
  { db }: Pick<LedgerDeps, "db">,
  who: ProjectActor,
  query: z.output<typeof ProposalQuery>,
): Promise<ProposalView[]> {
  const rows = await listProposals(db, who.projectId, query.cluster_id, SHOWN);
  const clusterIds = rows.flatMap((row) => [row.clusterId, row.intoId ?? row.clusterId]);
  const reportIds = rows.flatMap(({ reasons }) => [
    ...reasons.nearest.flatMap((near) => [near.feedback_id, near.other_id]),
    ...(reasons.reports ?? []).slice(0, SHOWN_REPORTS),
  ]);
  const [clusters, reports] = await Promise.all([
    findClustersByIds(db, who.projectId, [...new Set(clusterIds)]),
    findFeedbackByIds(db, who.projectId, [...new Set(reportIds)]),
  ]);
  const titles = new Map([...clusters, ...reports].map((row) => [row.id, row.title]));
  const places = new Map(reports.map((row) => [row.id, row.clusterId]));
  return rows
    .filter(
      ({ kind, clusterId, reasons }) =>
        kind === "merge" || reasons.reports?.some((id) => places.get(id) === clusterId),
    )
    .map((row) => toProposalView(row, titles));
}

/** Does what was proposed, as the person's own merge or split, which can be undone like any other. */
export async function acceptProposal(
  deps: LedgerDeps,
  who: ProjectActor,
  id: string,
): Promise<OperationView> {
  const { kind, clusterId, intoId, reasons } = await openProposal(deps, who, id);
  const by = actorName(who.actor);
  const more = (now: number) => [decideProposal(deps.db, who.projectId, id, "accepted", by, now)];
  if (kind === "merge") return mergeClusters(deps, who, clusterId, { into: intoId! }, more);
  const reports = await findFeedbackByIds(deps.db, who.projectId, reasons.reports ?? []);
  const there = reports.flatMap((row) => (row.clusterId === clusterId ? row.id : []));
  if (there.length === 0) throw refused("These reports are not in the cluster any more.");
  return splitCluster(deps, who, clusterId, { feedback_ids: there }, more);
}

/** A person says no: it is not proposed again. */
export async function dismissProposal(
  deps: Pick<LedgerDeps, "db" | "clock">,
  who: ProjectActor,
  id: string,
): Promise<{ id: string; status: "dismissed" }> {
  await openProposal(deps, who, id);
  const now = deps.clock();
  const reply = { id, status: "dismissed" as const };
  await commit(
    deps.db,
    who,
    now,
    [decideProposal(deps.db, who.projectId, id, "dismissed", actorName(who.actor), now)],
    { action: "proposal.dismiss", target: `proposal:${id}` },
    { status: 200, body: reply },
  );
  return reply;
}

async function openProposal(
  { db }: Pick<LedgerDeps, "db">,
  who: ProjectActor,
  id: string,
): Promise<ProposalRow> {
  const row = await findProposal(db, who.projectId, id);
  if (!row) throw notFound("proposal");
  if (row.status !== "open") throw refused(`The proposal was ${row.status} already.`);
  return row;
}
