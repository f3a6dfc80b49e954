import { actorName, type ProjectActor } from "../domain/actor";
import { DomainError } from "../domain/errors";
import { FINGERPRINT_VERSION } from "../domain/fingerprint";
import { derivedId, newId } from "../domain/ids";
import type { OperationEffect, OperationKind } from "../domain/operation";
import { touchClusters } from "../store/clusters";
import { recountClusters, reviveClusters, markMerged } from "../store/cluster-members";
import { changeStatus } from "../store/cluster-status";
import { commit } from "../store/commit";
import { isUniqueViolation, type Statement } from "../store/db";
import { moveFeedback, setDuplicates } from "../store/placement";
import {
  claimRevision,
  currentRevision,
  insertDecisions,
  isRefused,
  refuseWhen,
  type DecisionToInsert,
} from "../store/grouping";
import {
  chunks,
  deleteLinks,
  insertLinks,
  insertOperations,
  type LinkToInsert,
} from "../store/operations";
import { findProject } from "../store/projects";
import { anyLiveRun } from "../store/runs";
import { groupingOf, type TriageDeps } from "./deps";
import { refused } from "./decide-change";
import type { Change } from "./membership";
import type { OperationView } from "./views";

export type LedgerDeps = Pick<
  TriageDeps,
  "db" | "clock" | "grouping" | "inGate" | "announce" | "broadcastClusters"
>;

/**
 * What a verb has decided. `first` and `more` are statements of its own, before the moves (new clusters) and after them;
 * `about` are the clusters in whose history it stands; `quiet` are clusters where a fix that starts meanwhile would be in the way.
 */
export type Planned = {
  change: Change;
  about: string[];
  quiet?: string[];
  first?: (now: number) => Statement[];
  more?: (now: number, operationId: string) => Statement[];
  /** Where the machine has decided: what the ledger tells of reports beside where they go. */
  ledger?: ReadonlyMap<string, MachineReason>;
  detail?: Record<string, unknown>;
};

export type MachineReason = Pick<
  DecisionToInsert,
  "tier" | "reason" | "similarity" | "neighbours" | "threshold" | "method" | "embedderVersion"
>;

const TRIES = 4;
const SHOWN_CLUSTERS = 100;

/**
 * Runs one change of membership by a person: in the project's gate, and in one batch that begins with the claim of a
 * revision. Who read an old state collides there, and loads and decides again. Operation, ledger rows, links, audit and
 * idempotency rows are in the same batch.
 */
export async function operate(
  deps: LedgerDeps,
  who: ProjectActor,
  kind: OperationKind,
  target: string,
  plan: (operationId: string) => Promise<Planned>,
): Promise<OperationView> {
  const view = await deps.inGate(who.projectId, () => tryToOperate(deps, who, kind, target, plan));
  await deps.broadcastClusters(who.projectId);
  return view;
}

async function tryToOperate(
  deps: LedgerDeps,
  who: ProjectActor,
  kind: OperationKind,
  target: string,
  plan: (operationId: string) => Promise<Planned>,
): Promise<OperationView> {
  const id = newId();
  for (let tries = 1; ; tries++) {
    const revision = (await currentRevision(deps.db, who.projectId)) + 1;
    const planned = await plan(id);
    const now = deps.clock();
    const actor = actorName(who.actor);
    const view: OperationView = {
      id,
      kind,
      actor,
      clusters: planned.about.slice(0, SHOWN_CLUSTERS),
      created_cluster_id: planned.change.effect.created[0] ?? null,
      reports: planned.change.moves.length,
      undoes: planned.change.effect.undoes ?? null,
      undone_by: null,
      created_at: new Date(now).toISOString(),
    };
    const operation = { id, projectId: who.projectId, revision, kind, actor, createdAt: now };
    try {
      const statements = await operationStatements(deps, operation, planned);
      const detail = { operation_id: id, ...planned.detail };
      await commit(
        deps.db,
        who,
        now,
        statements,
        { action: `cluster.${kind}`, target, detail },
        {
          status: 200,
          body: view,
        },
      );
      return view;
    } catch (error) {
      if (isRefused(error)) throw refused("A fix has just been started there: try again later.");
      if (error instanceof DomainError || !isUniqueViolation(error) || tries >= TRIES) throw error;
    }
  }
}

export type Operation = {
  id: string;
  projectId: string;
  revision: number;
  kind: OperationKind;
  actor: string;
  createdAt: number;
};

/** The whole of an operation as one batch, beginning with the claim of its revision. */
export async function operationStatements(
  { db, grouping }: Pick<LedgerDeps, "db" | "grouping">,
  operation: Operation,
  { change, about, quiet = [], first, more, ledger }: Planned,
): Promise<Statement[]> {
  const { id, projectId, revision, actor, createdAt: now } = operation;
  const { moves, links, touched, revived, effect } = change;
  const affected = [...new Set(moves.flatMap(({ from, to }) => [from, to]))];
  const settings = groupingOf(grouping, await findProject(db, projectId));
  const rows = await ledgerRows(operation, moves, settings, ledger);
  const guarded = [...quiet, ...effect.merged.map((one) => one.clusterId)];
  const merges = effect.merged.map(({ clusterId, into }) => ({ from: clusterId, into }));
  return [
    claimRevision(db, projectId, revision, actor, now),
    ...(guarded.length > 0 ? [refuseWhen(db, anyLiveRun(projectId, guarded))] : []),
    ...(first?.(now) ?? []),
    ...insertOperations(db, projectId, [{ ...operation, effect, about }]),
    ...chunks(moves).map((some) => moveFeedback(db, projectId, some)),
    ...chunks(rows).map((some) => insertDecisions(db, projectId, some)),
    ...insertLinks(db, projectId, id, linkRows(links)),
    ...(change.narrowed ?? []).map((one) =>
      deleteLinks(db, projectId, one.operationId, one.feedbackIds),
    ),
    ...(change.widened ?? []).flatMap((set) =>
      insertLinks(db, projectId, set.operationId, linkRows([set])),
    ),
    ...(effect.duplicates.length > 0 ? [setDuplicates(db, projectId, effect.duplicates)] : []),
    ...(revived.length > 0 ? [reviveClusters(db, projectId, revived, now)] : []),
    ...(merges.length > 0 ? [markMerged(db, projectId, merges, now)] : []),
    touchClusters(db, projectId, touched, now),
    recountClusters(db, projectId, affected, now),
    ...effect.statuses.map((one) => changeStatus(db, projectId, one, now)),
    ...(more?.(now, id) ?? []),
  ];
}

function ledgerRows(
  { id, revision, actor, createdAt }: Operation,
  moves: Change["moves"],
  settings: { threshold: number; method: string },
  ledger?: Planned["ledger"],
): Promise<DecisionToInsert[]> {
  return Promise.all(
    moves.map(async ({ feedbackId, from, to }) => ({
      id: await derivedId("decision", id, feedbackId),
      feedbackId,
      clusterId: to,
      previousClusterId: from,
      tier: "person" as const,
      reason: null,
      similarity: null,
      neighbours: [],
      threshold: settings.threshold,
      method: settings.method,
      embedderVersion: "",
      ruleVersion: FINGERPRINT_VERSION,
      actor,
      jobId: null,
      operationId: id,
      revision,
      createdAt,
      ...ledger?.get(feedbackId),
    })),
  );
}

function linkRows(sets: Change["links"]): LinkToInsert[] {
  return sets.flatMap(({ kind, left, right }) => [
    ...left.map((feedbackId) => ({ feedbackId, kind, side: 0 as const })),
    ...right.map((feedbackId) => ({ feedbackId, kind, side: 1 as const })),
  ]);
}

/** An effect of an operation that moves nothing. */
export const NO_EFFECT: OperationEffect = { merged: [], created: [], duplicates: [], statuses: [] };
