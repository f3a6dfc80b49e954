import type { GroupingTier } from "../domain/grouping";
import type { Anchors, SparseFeatures } from "./embedders/embedder";
import type { Question, Verdict } from "./grey-problem";
import type { Strategy } from "./strategies/strategy";

/** A report to place. `vector` has unit length and is not scaled; `features` are for the second look, `trace` tells where it crashed (`traceOf`); `clusterId` is where it is now, `null` when nowhere. */
export type AssignItem = {
  id: string;
  vector: Float32Array | null;
  stackShare: number;
  features?: SparseFeatures | null;
  trace?: Uint32Array | null;
  fingerprint: string | null;
  /** Epoch milliseconds; left out when it is not known. */
  createdAt?: number;
  clusterId: string | null;
};

/** A cluster that some item is in. `frozen`: a person has touched it, or it is closed. `createdAt` is epoch milliseconds. */
export type AssignCluster = { id: string; frozen: boolean; createdAt: number };

/** A known pair with its raw cosine. `quoted`: one is a text that quotes the other's message (`wording.ts`). */
export type SimilarPair = { a: string; b: string; cosine: number; quoted?: true };

/** Two feedback ids, in any order. */
export type Pair = readonly [string, string];

/**
 * What the brain knows about a part of a project that hangs together.
 *
 * - `items`: every item of every cluster named, and everything reachable over `pairs` above the grey zone's lower end.
 * - `pairs`: all pairs above the grey zone's lower end; pairs below it are welcome as neighbours to show. Pairs of unknown items are ignored.
 * - `cannotLink`, `mustLink`: what persons decided. A cannot-link wins over everything.
 * - `verdicts`: what judges have said about pairs of these items.
 * - `spanMs`: the time from the first to the last report of the project; left out: dates count for nothing.
 * - `threshold`: user-facing. `anchors`: the embedder's, as the strategy sees them (`anchorsFor`).
 */
export type AssignInput = {
  items: readonly AssignItem[];
  clusters: readonly AssignCluster[];
  pairs: readonly SimilarPair[];
  cannotLink: readonly Pair[];
  mustLink: readonly Pair[];
  verdicts?: readonly Verdict[];
  spanMs?: number;
  threshold: number;
  anchors: Anchors;
  strategy: Strategy;
};

/**
 * Where an item goes: a cluster that exists, or a new one. The caller derives the new id from the seed item *and* from what is
 * unique to this call (job and batch): an item may be the seed of a second cluster when its first one parts.
 */
export type Target = { clusterId: string } | { seedItemId: string };

/** `similarity` is user-facing. */
export type ShownNeighbour = { feedbackId: string; similarity: number };

/**
 * An item whose cluster changes. `tier` is `fingerprint` when an item with the same fingerprint is in the cluster it goes
 * to; `rerank` or `model` when the third tier has joined it or has kept it apart, with the `reason`; and `similarity`
 * otherwise, also when it stays alone. `similarity` is that of the nearest member of its new cluster, `null` when
 * alone or when nothing is known of the members. `neighbours` are in the order of `rerank`.
 */
export type AssignDecision = {
  feedbackId: string;
  target: Target;
  previousClusterId: string | null;
  tier: Exclude<GroupingTier, "person">;
  reason: string | null;
  similarity: number | null;
  neighbours: ShownNeighbour[];
};

/** A machine-made cluster that has lost all its items; `into` took the most of them. */
export type ClusterMerge = { clusterId: string; into: Target };

/** `questions` tells pairs in the grey zone that no verdict is known about, most similar first: looked for when it is called. */
export type AssignResult = {
  decisions: AssignDecision[];
  merges: ClusterMerge[];
  questions(): Question[];
};
