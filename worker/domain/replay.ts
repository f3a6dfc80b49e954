import type { GroupingMethod } from "./grouping";
import type { LinkKind } from "./operation";

/**
 * What a cluster job does. `place`: puts waiting reports into clusters · `what_if`: finds out what other settings would change,
 * and changes nothing · `recluster`: decides everything anew by the present settings · `reembed`: makes vectors by the present
 * embedder of what another one has embedded.
 */
export const CLUSTER_JOB_KINDS = ["place", "what_if", "recluster", "reembed"] as const;
export type ClusterJobKind = (typeof CLUSTER_JOB_KINDS)[number];

/** Settings that a replay decides by. `threshold` is user-facing. */
export type ReplaySettings = { method: GroupingMethod; threshold: number };

/** A word of persons that the machine alone would not follow: how many pairs of it, and one of them. */
export type Contradiction = {
  operation_id: string;
  kind: LinkKind;
  pairs: number;
  example: { feedback_id: string; other_id: string };
};

/**
 * How the machine alone, without what persons said, decides the pairs that persons decided. Of at most 400 such reports that
 * hang together every pair counts.
 */
export type HumanScore = {
  together_kept: number;
  together_parted: number;
  apart_kept: number;
  apart_joined: number;
  contradictions: Contradiction[];
};

/** Several clusters that would be one; `into` is null for one that is not there yet. */
export type WouldMerge = { into: string | null; clusters: { id: string; reports: number }[] };
/** A cluster that would be several; `into` is null for a part that is a cluster of its own. */
export type WouldSplit = { id: string; parts: { into: string | null; reports: number }[] };

/** What a replay found. Lists hold the largest 50; ids only, since reports may be erased later. */
export type ReplayResult = {
  clusters_before: number;
  clusters_after: number;
  reports_moved: number;
  merges: { total: number; items: WouldMerge[] };
  splits: { total: number; items: WouldSplit[] };
  human: HumanScore;
  /** Below the similarity down to which pairs are stored: some joins are not seen. */
  pairs_missing: boolean;
  /** The operation that did it. */
  applied_by: string | null;
};
