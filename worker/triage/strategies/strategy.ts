import type { Steps } from "../../kit/turns";
import type { GroupingMethod } from "../../domain/grouping";

/**
 * A problem of clustering in numbers; entries of all arrays belong to the same items.
 *
 * - `vectors`: the items' vectors of equal length, `null` for an item that resembles nothing.
 * - `weights`: how much each vector counts, above 0: 1 for a report, less for one of many events of a crash.
 * - `edges`: pairs of items that may resemble each other; every pair whose dot product exceeds `threshold` must be here.
 * - `threshold`: raw; clusters join only when their similarity is strictly above it.
 * - `blocks`: items with the same number ≥ 0 start as one cluster and are never parted; −1 starts alone.
 * - `anchors`: items with different anchors never meet in one cluster; `null` goes with any.
 * - `conflicts`: pairs of items that never meet in one cluster. A block must not contradict anchors or conflicts.
 */
export type ClusteringProblem = {
  vectors: readonly (Float32Array | null)[];
  weights: readonly number[];
  edges: readonly (readonly [number, number])[];
  threshold: number;
  blocks: readonly number[];
  anchors: readonly (number | null)[];
  conflicts: readonly (readonly [number, number])[];
};

/**
 * A way to cluster. `cluster` answers one label per item; a label is the smallest index among the items of its cluster.
 * Pure and deterministic.
 */
export type Strategy = {
  name: GroupingMethod;
  cluster(problem: ClusteringProblem): number[];
  /** The same in small steps. */
  steps(problem: ClusteringProblem): Steps<number[]>;
};
