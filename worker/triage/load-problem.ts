import type { GroupingSettings } from "../domain/grouping";
import type { ClusterRow } from "../store/clusters";
import type { MemberRow } from "../store/placement";
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
  /** From so many reports on a cluster is settled; a replay, which looks at everything anew, knows none. */
  settledFrom?: number;
};

/** What is read from the record: D1, or a test's memory. */
export type ProblemRecord<C extends ClusterState> = {
  members: MemberLinks["find"];
  clusters(ids: string[]): Promise<C[]>;
  /** The time from the first to the last report of the project. */
  spanMs(): Promise<number>;
};

export type ClusterState = Pick<ClusterRow, "id" | "status" | "touchedAt" | "createdAt"> &
  Partial<Pick<ClusterRow, "itemCount">>;

/** The batch with everything that hangs together with it, as `assign` wants it. */
export async function loadProblem<C extends ClusterState>(
  { grouping, neighbourhood, embedder, settledFrom = SETTLED_FROM }: ProblemDeps,
  rows: readonly MemberRow[],
  record: ProblemRecord<C>,
): Promise<{ input: AssignInput; clusters: C[]; members: Map<string, MemberRow> }> {
  const anchors = anchorsFor(grouping.method, embedder.anchors);
  const { low } = greyZone(grouping.threshold);
  const members = await loadMembers(rows, {
    near: (of) => neighbourhood.near(of, low, anchors),
    find: record.members,
  });
  const clusterIds = new Set([...members.values()].flatMap((row) => row.clusterId ?? []));
  const clusters = await record.clusters([...clusterIds]);
  const isSettled = ({ itemCount = 0 }: C): boolean => itemCount >= settledFrom;
  const settled = new Set(clusters.flatMap((row) => (isSettled(row) ? row.id : [])));
  const near = neighbourhood.near(
    rows.map((row) => row.id),
    low,
    anchors,
  );
  const ids = compared([...members.values()], settled, new Set(near));
  const stored = neighbourhood.vectorsOf(ids);
  const unread = new Set(
    ids.flatMap((id) => (stored.has(id) ? [] : (members.get(id)?.clusterId ?? []))),
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
      frozen: isFrozen(row) || isSettled(row) || unread.has(row.id),
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

/** From so many reports on a cluster stands by itself: reports join it, but joining it to another is a person's to say. */
export const SETTLED_FROM = 500;
/** Of a settled cluster so many reports are compared, beside those that are near the batch: their mean is that of all. */
const COMPARED = 100;

/**
 * The members whose vectors are read: all, but of settled clusters an even sample and what is near. Without it a storm of near
 * copies would read all that came before for each hundred that come.
 */
export function compared(
  members: readonly MemberRow[],
  settled: ReadonlySet<string>,
  near: ReadonlySet<string>,
): string[] {
  const isOfSettled = ({ clusterId }: MemberRow): boolean =>
    clusterId !== null && settled.has(clusterId);
  const byCluster = new Map<string, string[]>();
  for (const row of members.filter(isOfSettled)) {
    const ids = byCluster.get(row.clusterId!);
    if (ids) ids.push(row.id);
    else byCluster.set(row.clusterId!, [row.id]);
  }
  const sampled = [...byCluster.values()].flatMap((ids) => {
    const step = Math.max(1, Math.floor(ids.length / COMPARED));
    return ids.sort().filter((id, i) => i % step === 0 || near.has(id));
  });
  return [...members.filter((row) => !isOfSettled(row)).map((row) => row.id), ...sampled];
}
