import type { Steps } from "../../kit/turns";

/** A cluster by its smallest item, with the number of its reports. */
export type SearchedCluster = { first: number; weight: number };

/** Finds similar clusters where not every pair of them is held. Clusters are named by their first items. */
export type ClusterSearch = {
  /** How many links a cluster may have after a search. */
  readonly links: number;
  /** How many clusters are best searched for at once. */
  readonly together: number;
  /** `a` has taken `b` in, and `sum` adds up its vectors now. */
  merged(a: SearchedCluster, b: SearchedCluster, sum: Float64Array): void;
  /** For each of some clusters all that can be among the `count` most similar ones above `line`, and perhaps some more. */
  nearest(firsts: readonly number[], count: number, line: number): Steps<number[][]>;
};
