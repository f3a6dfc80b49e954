/** A cluster by its smallest item, with the number of its reports. */
export type SearchedCluster = { first: number; weight: number };

/** Finds similar clusters where not every pair of them is held. Clusters are named by their first items. */
export type ClusterSearch = {
  /** How many links a cluster may have after a search. */
  readonly links: number;
  /** Multiply-adds of one search. */
  readonly work: number;
  /** `a` has taken `b` in, and `sum` adds up its vectors now. */
  merged(a: SearchedCluster, b: SearchedCluster, sum: Float64Array): void;
  /** All clusters that can be among the `count` most similar ones above `line`, and perhaps some more. */
  nearest(first: number, count: number, line: number): number[];
};
