import { FINGERPRINT_VERSION } from "../domain/fingerprint";
import type { GroupingSettings } from "../domain/grouping";
import { derivedId } from "../domain/ids";
import type { insertClusters } from "../store/cluster-members";
import type { FeedbackRow } from "../store/feedback";
import type { MemberRow } from "../store/placement";
import type { DecisionToInsert } from "../store/grouping";
import type { AssignDecision, AssignResult, Target } from "./assignment";
import type { Embedder } from "./embedders/embedder";

export type PlanDeps = {
  clock(): number;
  jobId: string;
  actor: string;
  grouping: GroupingSettings;
  embedder: Embedder;
  /** The reports that found new clusters. */
  reports(
    ids: string[],
  ): Promise<Pick<FeedbackRow, "id" | "title" | "body" | "metadata" | "createdAt">[]>;
};

/** `rows`: the batch; `members`: everything that was decided about; `revision`: the one that is about to be claimed. */
export type PlacedProblem = {
  rows: readonly MemberRow[];
  members: ReadonlyMap<string, MemberRow>;
  result: AssignResult;
  revision: number;
};

/** `affected`: clusters whose members change; `joined`: those that a new report joins. */
export type PlannedWrites = {
  decisions: DecisionToInsert[];
  placements: { feedbackId: string; clusterId: string }[];
  affected: Set<string>;
  joined: Set<string>;
  merges: { from: string; into: string }[];
  newClusters: Parameters<typeof insertClusters>[2];
};

/**
 * What an answer of `assign` means for the record: ledger rows, memberships, new, changed and merged clusters. Ids derive from
 * job, revision and seed item, so that running it again gives the same rows.
 */
export async function planWrites(
  deps: PlanDeps,
  { rows, members, result, revision }: PlacedProblem,
): Promise<PlannedWrites> {
  // The revision is in the ids: one item may found two clusters in one job, or go and come back.
  const stamp = `${deps.jobId}:${revision}`;
  const idOf = async (target: Target): Promise<string> =>
    "clusterId" in target ? target.clusterId : derivedId("cluster", stamp, target.seedItemId);
  const known = new Map(result.decisions.map((one) => [one.feedbackId, one]));
  const unchanged = rows.filter((row) => !known.has(row.id)).map((row) => stays(row, members));
  const decisions: DecisionToInsert[] = [];
  const placements: { feedbackId: string; clusterId: string }[] = [];
  const affected = new Set<string>();
  const joined = new Set<string>();
  for (const decision of [...result.decisions, ...unchanged]) {
    const clusterId = await idOf(decision.target);
    placements.push({ feedbackId: decision.feedbackId, clusterId });
    decisions.push(await toLedgerRow(deps, decision, clusterId, revision));
    affected.add(clusterId);
    if (decision.previousClusterId) affected.add(decision.previousClusterId);
    if ("clusterId" in decision.target && decision.previousClusterId === null)
      joined.add(clusterId);
  }
  const merges = await Promise.all(
    result.merges.map(async ({ clusterId, into }) => ({ from: clusterId, into: await idOf(into) })),
  );
  const seeds = result.decisions.flatMap(({ target }) =>
    "seedItemId" in target ? target.seedItemId : [],
  );
  const seedRows = await deps.reports([...new Set(seeds)]);
  const newClusters = await Promise.all(
    seedRows.map(async (row) => ({
      id: await idOf({ seedItemId: row.id }),
      title: row.title.slice(0, 80),
      summary: row.body.slice(0, 300),
      severity: row.metadata.crash ? ("high" as const) : ("medium" as const),
      firstSeenAt: row.createdAt,
      lastSeenAt: row.createdAt,
    })),
  );
  return { decisions, placements, affected, joined, merges, newClusters };
}

/** An item that was looked at anew (its text was edited) and stays where it is. */
function stays(row: MemberRow, members: ReadonlyMap<string, MemberRow>): AssignDecision {
  const clusterId = members.get(row.id)?.clusterId ?? row.clusterId!;
  return {
    feedbackId: row.id,
    target: { clusterId },
    previousClusterId: clusterId,
    tier: "similarity",
    reason: null,
    similarity: null,
    neighbours: [],
  };
}

async function toLedgerRow(
  deps: PlanDeps,
  decision: AssignDecision,
  clusterId: string,
  revision: number,
): Promise<DecisionToInsert> {
  const stamp = `${deps.jobId}:${revision}`;
  return {
    id: await derivedId("decision", stamp, decision.feedbackId, clusterId),
    feedbackId: decision.feedbackId,
    clusterId,
    previousClusterId: decision.previousClusterId,
    tier: decision.tier,
    reason: decision.reason,
    similarity: decision.similarity,
    neighbours: decision.neighbours.map((near) => ({
      feedback_id: near.feedbackId,
      similarity: Math.round(near.similarity * 1000) / 1000,
    })),
    threshold: deps.grouping.threshold,
    method: deps.grouping.method,
    embedderVersion: `${deps.embedder.name}:${deps.embedder.version}`,
    ruleVersion: FINGERPRINT_VERSION,
    actor: deps.actor,
    jobId: deps.jobId,
    operationId: null,
    revision,
    createdAt: deps.clock(),
  };
}
