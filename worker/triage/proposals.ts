import { z } from "zod";
import { actorName, type ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { findClustersByIds } from "../store/clusters";
import { commit } from "../store/commit";
import { findFeedbackByIds } from "../store/feedback";
import { decideProposal, findProposal, listProposals, type ProposalRow } from "../store/proposals";
import { refused } from "./decide-change";
import { mergeClusters } from "./merge-clusters";
import type { LedgerDeps } from "./operate";
import { toProposalView, type OperationView, type ProposalView } from "./views";

const SHOWN = 50;

export const ProposalQuery = z.object({
  project_id: z.string().optional(),
  cluster_id: z.uuid().optional(),
});

/** What the machine would do and leaves to people: the newest 50 that are open. */
export async function readProposals(
  { db }: Pick<LedgerDeps, "db">,
  who: ProjectActor,
  query: z.output<typeof ProposalQuery>,
): Promise<ProposalView[]> {
  const rows = await listProposals(db, who.projectId, query.cluster_id, SHOWN);
  const clusterIds = rows.flatMap((row) => [row.clusterId, row.intoId ?? row.clusterId]);
  const reportIds = rows.flatMap((row) =>
    row.reasons.nearest.flatMap((near) => [near.feedback_id, near.other_id]),
  );
  const [clusters, reports] = await Promise.all([
    findClustersByIds(db, who.projectId, [...new Set(clusterIds)]),
    findFeedbackByIds(db, who.projectId, [...new Set(reportIds)]),
  ]);
  const titles = new Map([...clusters, ...reports].map((row) => [row.id, row.title]));
  return rows.map((row) => toProposalView(row, titles));
}

/** Does what was proposed, as the person's own merge, which can be undone like any other. */
export async function acceptProposal(
  deps: LedgerDeps,
  who: ProjectActor,
  id: string,
): Promise<OperationView> {
  const { clusterId, intoId } = await openProposal(deps, who, id);
  const by = actorName(who.actor);
  return mergeClusters(deps, who, clusterId, { into: intoId! }, (now) => [
    decideProposal(deps.db, who.projectId, id, "accepted", by, now),
  ]);
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
