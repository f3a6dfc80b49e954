import type { GroupingSettings } from "../domain/grouping";
import { inTurns } from "../kit/turns";
import { nextClusterStatus } from "../domain/cluster";
import { isUniqueViolation, runBatch, type Db, type Statement } from "../store/db";
import { findClustersByIds, type ClusterRow } from "../store/clusters";
import { insertClusters, markMerged, recountClusters } from "../store/cluster-members";
import { moveCluster, wakeByCount } from "../store/cluster-status";
import { findFeedbackByIds, type FeedbackRow } from "../store/feedback";
import { listMembers, listUnclustered, placeFeedback, reportsSpan } from "../store/placement";
import { claimRevision, currentRevision, insertDecisions } from "../store/grouping";
import { assignSteps } from "./assign";
import type { AssignInput, AssignResult } from "./assignment";
import type { Embedder } from "./embedders/embedder";
import type { IdfTable } from "./embedders/lexical/idf";
import type { Question, Verdict } from "./grey-problem";
import { loadProblem } from "./load-problem";
import { recordMerges, recordProposals, wordsOfPersons } from "./machine-words";
import { embedBatch, type Neighbourhood } from "./neighbourhood";
import { planWrites } from "./plan-writes";

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
  /** Verdicts on pairs in the grey zone, stored before they are answered; null: there is no judge. */
  askJudge: ((questions: readonly Question[]) => Promise<Verdict[]>) | null;
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
  const {
    input: machine,
    clusters,
    members,
  } = await loadProblem(deps, rows, {
    members: (by) => listMembers(db, projectId, by),
    clusters: (ids) => findClustersByIds(db, projectId, ids),
    spanMs: () => reportsSpan(db, projectId),
  });
  const words = await wordsOfPersons(db, projectId, machine.items, machine.clusters);
  const input = { ...machine, ...words };
  const result = await assignWithJudge(deps, input);
  const plan = await planWrites(
    { ...deps, actor: ACTOR, reports: (ids) => findFeedbackByIds(db, projectId, ids) },
    { rows, members, result, revision: revision + 1 },
  );
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

/** Decides; where the grey zone leaves questions and a judge is there, asks it and decides again with its verdicts. */
async function assignWithJudge(deps: PlaceDeps, input: AssignInput): Promise<AssignResult> {
  const result = await inTurns(assignSteps(input));
  if (!deps.askJudge) return result;
  const questions = result.questions();
  if (questions.length === 0) return result;
  const verdicts = await deps.askJudge(questions);
  if (verdicts.length === 0) return result;
  const told = { ...input, verdicts: [...(input.verdicts ?? []), ...verdicts] };
  return inTurns(assignSteps(told));
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
