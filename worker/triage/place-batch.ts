import { FINGERPRINT_VERSION } from "../domain/fingerprint";
import { derivedId } from "../domain/ids";
import type { GroupingSettings } from "../domain/grouping";
import { nextClusterStatus } from "../domain/cluster";
import { isUniqueViolation, runBatch, type Db, type Statement } from "../store/db";
import {
  findClustersByIds,
  insertClusters,
  markMerged,
  moveCluster,
  recountClusters,
  wakeByCount,
  type ClusterRow,
} from "../store/clusters";
import {
  findFeedbackByIds,
  listMembers,
  listUnclustered,
  placeFeedback,
  type FeedbackRow,
  type MemberRow,
} from "../store/feedback";
import {
  claimRevision,
  currentRevision,
  insertDecisions,
  type DecisionToInsert,
} from "../store/grouping";
import { assign } from "./assign";
import type { AssignDecision, AssignInput, AssignResult, Target } from "./assignment";
import type { Anchors, Embedder } from "./embedders/embedder";
import type { IdfTable } from "./embedders/lexical/idf";
import { recordMerges, recordProposals, wordsOfPersons } from "./machine-words";
import { embedBatch, type Neighbourhood } from "./neighbourhood";
import { strategyFor } from "./strategies";
import { anchorsFor } from "./threshold";

export type PlacedBatch = {
  placed: number;
  newClusters: string[];
  changedClusters: string[];
  embeddingFailures: number;
};

export type PlaceDeps = {
  db: Db;
  clock(): number;
  projectId: string;
  jobId: string;
  grouping: GroupingSettings;
  embedder: Embedder;
  neighbourhood: Neighbourhood;
  idf: IdfTable | null;
};

const ACTOR = "system:brain";
const STALE_WRITER_TRIES = 4;

/**
 * Places up to `limit` unclustered items: embed → candidates → `assign` (pure) → one D1 batch. Running it again after a
 * crash at any line writes the same rows: ids derive from job and item, and the batch is one transaction under a revision.
 */
export async function placeBatch(deps: PlaceDeps, limit: number): Promise<PlacedBatch> {
  const rows = await listUnclustered(deps.db, deps.projectId, limit);
  if (rows.length === 0)
    return { placed: 0, newClusters: [], changedClusters: [], embeddingFailures: 0 };
  const embeddingFailures = await embedBatch(deps, rows);
  for (let tries = 1; ; tries++) {
    try {
      return { ...(await decideAndWrite(deps, rows)), embeddingFailures };
    } catch (error) {
      if (!isUniqueViolation(error) || tries >= STALE_WRITER_TRIES) throw error;
    }
  }
}

async function decideAndWrite(deps: PlaceDeps, rows: FeedbackRow[]) {
  const { db, projectId } = deps;
  const revision = await currentRevision(db, projectId);
  const { input: machine, clusters, members } = await loadProblem(deps, rows);
  const words = await wordsOfPersons(db, projectId, machine.items, machine.clusters);
  const input = { ...machine, ...words };
  const result = assign(input);
  const plan = await planWrites(deps, rows, input, result, members, revision + 1);
  const now = deps.clock();
  const affected = [...plan.affected];
  const stamp = `${deps.jobId}:${revision + 1}`;
  const batch = { db, projectId, stamp, revision: revision + 1, actor: ACTOR, now };
  const merges = await recordMerges(batch, plan.merges, plan.decisions);
  const places = new Map([
    ...[...members.values()].flatMap((row) =>
      row.clusterId ? [[row.id, row.clusterId] as const] : [],
    ),
    ...plan.placements.map((one) => [one.feedbackId, one.clusterId] as const),
  ]);
  const statements: Statement[] = [
    claimRevision(db, projectId, revision + 1, ACTOR, now),
    insertClusters(db, projectId, plan.newClusters, now),
    placeFeedback(db, projectId, plan.placements),
    markMerged(db, projectId, plan.merges, now),
    insertDecisions(db, projectId, plan.decisions),
    recountClusters(db, projectId, affected, now),
    ...reopened(db, projectId, clusters, plan.joined, now),
    wakeByCount(db, projectId, affected, now),
    ...merges,
    ...(await recordProposals(batch, input, places)),
  ];
  await runBatch(db, statements);
  return {
    placed: rows.length,
    newClusters: plan.newClusters.map((cluster) => cluster.id),
    changedClusters: affected,
  };
}

/** The batch with everything that hangs together with it, as `assign` wants it. */
async function loadProblem(deps: PlaceDeps, rows: FeedbackRow[]) {
  const { db, projectId, grouping, neighbourhood, embedder } = deps;
  const anchors = anchorsFor(grouping.method, embedder.anchors);
  const members = await loadMembers(deps, rows, anchors);
  const ids = [...members.keys()];
  const stored = neighbourhood.vectorsOf(ids);
  const clusters = await findClustersByIds(db, projectId, [...clusterIdsOf(members)]);
  const input: AssignInput = {
    items: [...members.values()].map((row) => ({
      id: row.id,
      vector: stored.get(row.id)?.vector ?? null,
      stackShare: stored.get(row.id)?.stackShare ?? 0,
      fingerprint: row.fingerprint,
      clusterId: row.clusterId,
    })),
    clusters: clusters.map((row) => ({
      id: row.id,
      frozen: isFrozen(row),
      createdAt: row.createdAt,
    })),
    pairs: neighbourhood.pairsAmong(ids),
    cannotLink: [],
    mustLink: [],
    threshold: grouping.threshold,
    anchors,
    strategy: strategyFor(grouping.method),
  };
  return { input, clusters, members };
}

/** Grows from the batch until nothing is added: items over edges above the line, twins, and whole clusters. */
async function loadMembers(
  deps: PlaceDeps,
  rows: FeedbackRow[],
  anchors: Anchors,
): Promise<Map<string, MemberRow>> {
  const batch = new Set(rows.map((row) => row.id));
  let members = new Map<string, MemberRow>(rows.map((row) => [row.id, row]));
  for (;;) {
    const known = [...members.values()];
    const found = await listMembers(deps.db, deps.projectId, {
      ids: [...deps.neighbourhood.reachable([...members.keys()], deps.grouping.threshold, anchors)],
      fingerprints: known.flatMap((row) => row.fingerprint ?? []),
      clusterIds: [...clusterIdsOf(members)],
    });
    // Items that wait for a later batch may have no vector yet: they are placed when their turn comes.
    const grown = found.filter((row) => row.clusterId !== null || batch.has(row.id));
    if (grown.length === members.size) return members;
    members = new Map(grown.map((row) => [row.id, row]));
  }
}

function clusterIdsOf(members: ReadonlyMap<string, MemberRow>): Set<string> {
  return new Set([...members.values()].flatMap((row) => row.clusterId ?? []));
}

/** A person touched it, or it is beyond `new`: the machine neither merges nor splits it. */
function isFrozen(cluster: ClusterRow): boolean {
  return cluster.touchedAt !== null || cluster.status !== "new";
}

async function planWrites(
  deps: PlaceDeps,
  rows: FeedbackRow[],
  input: AssignInput,
  result: AssignResult,
  members: Map<string, MemberRow>,
  revision: number,
) {
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
    decisions.push(await toLedgerRow(deps, decision, clusterId, stamp));
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
  const seedRows = await findFeedbackByIds(deps.db, deps.projectId, [...new Set(seeds)]);
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
function stays(row: FeedbackRow, members: Map<string, MemberRow>): AssignDecision {
  const clusterId = members.get(row.id)?.clusterId ?? row.clusterId!;
  return {
    feedbackId: row.id,
    target: { clusterId },
    previousClusterId: clusterId,
    tier: "similarity",
    similarity: null,
    neighbours: [],
  };
}

async function toLedgerRow(
  deps: PlaceDeps,
  decision: AssignDecision,
  clusterId: string,
  stamp: string,
): Promise<DecisionToInsert> {
  return {
    id: await derivedId("decision", stamp, decision.feedbackId, clusterId),
    feedbackId: decision.feedbackId,
    clusterId,
    previousClusterId: decision.previousClusterId,
    tier: decision.tier,
    similarity: decision.similarity,
    neighbours: decision.neighbours.map((near) => ({
      feedback_id: near.feedbackId,
      similarity: Math.round(near.similarity * 1000) / 1000,
    })),
    threshold: deps.grouping.threshold,
    method: deps.grouping.method,
    embedderVersion: `${deps.embedder.name}:${deps.embedder.version}`,
    ruleVersion: FINGERPRINT_VERSION,
    actor: ACTOR,
    jobId: deps.jobId,
    operationId: null,
    revision: Number(stamp.slice(stamp.lastIndexOf(":") + 1)),
    createdAt: deps.clock(),
  };
}

/** A new report on a merged or resolved cluster: the problem came back. */
function reopened(
  db: Db,
  projectId: string,
  clusters: ClusterRow[],
  joined: Set<string>,
  now: number,
): Statement[] {
  return clusters.flatMap((cluster) => {
    const next = nextClusterStatus(cluster.status, "report_arrived");
    if (!joined.has(cluster.id) || next === null || next === cluster.status) return [];
    return moveCluster(db, projectId, cluster.id, "report_arrived", next, { updatedAt: now });
  });
}
