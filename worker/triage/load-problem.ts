import type { GroupingSettings } from "../domain/grouping";
import type { ClusterRow } from "../store/clusters";
import type { MemberRow } from "../store/feedback";
import type { AssignInput } from "./assignment";
import type { Embedder } from "./embedders/embedder";
import { loadMembers, type MemberLinks } from "./load-members";
import type { Neighbourhood } from "./neighbourhood";
import { strategyFor } from "./strategies";
import { anchorsFor, greyZone } from "./threshold";

export type ProblemDeps = {
  grouping: GroupingSettings;
  embedder: Embedder;
  neighbourhood: Neighbourhood;
};

/** What is read from the record: D1, or a test's memory. */
export type ProblemRecord<C extends ClusterState> = {
  members: MemberLinks["find"];
  clusters(ids: string[]): Promise<C[]>;
  /** The time from the first to the last report of the project. */
  spanMs(): Promise<number>;
};

export type ClusterState = Pick<ClusterRow, "id" | "status" | "touchedAt" | "createdAt">;

/** The batch with everything that hangs together with it, as `assign` wants it. */
export async function loadProblem<C extends ClusterState>(
  { grouping, neighbourhood, embedder }: ProblemDeps,
  rows: readonly MemberRow[],
  record: ProblemRecord<C>,
): Promise<{ input: AssignInput; clusters: C[]; members: Map<string, MemberRow> }> {
  const anchors = anchorsFor(grouping.method, embedder.anchors);
  const { low } = greyZone(grouping.threshold);
  const members = await loadMembers(rows, {
    near: (of) => neighbourhood.near(of, low, anchors),
    find: record.members,
  });
  const ids = [...members.keys()];
  const stored = neighbourhood.vectorsOf(ids);
  const clusterIds = new Set([...members.values()].flatMap((row) => row.clusterId ?? []));
  const clusters = await record.clusters([...clusterIds]);
  const unread = new Set(
    [...members.values()].map((row) => (stored.has(row.id) ? null : row.clusterId)),
  );
  const input: AssignInput = {
    items: [...members.values()].map((row) => ({
      id: row.id,
      vector: stored.get(row.id)?.vector ?? null,
      stackShare: stored.get(row.id)?.stackShare ?? 0,
      features: stored.get(row.id)?.features ?? null,
      trace: stored.get(row.id)?.trace ?? null,
      fingerprint: row.fingerprint,
      createdAt: row.createdAt > 0 ? row.createdAt : undefined,
      clusterId: row.clusterId,
    })),
    clusters: clusters.map((row) => ({
      id: row.id,
      // Another embedder has read its reports: nothing can be said of them until they are embedded anew.
      frozen: isFrozen(row) || unread.has(row.id),
      createdAt: row.createdAt,
    })),
    pairs: neighbourhood.pairsAmong(ids),
    cannotLink: [],
    mustLink: [],
    verdicts: neighbourhood.verdictsAmong(ids),
    spanMs: await record.spanMs(),
    threshold: grouping.threshold,
    anchors,
    strategy: strategyFor(grouping.method),
  };
  return { input, clusters, members };
}

/** A person touched it, or it is beyond `new`: the machine neither merges nor splits it. */
export function isFrozen(cluster: Pick<ClusterState, "status" | "touchedAt">): boolean {
  return cluster.touchedAt !== null || cluster.status !== "new";
}
