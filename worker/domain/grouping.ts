/**
 * How an item came to its cluster, cheapest tier first. `rerank` and `model` are the third tier, in the grey zone around
 * the threshold, without a model and with one; `person` is a hand-made change.
 */
export const GROUPING_TIERS = ["fingerprint", "similarity", "rerank", "model", "person"] as const;
export type GroupingTier = (typeof GROUPING_TIERS)[number];

/** A near item that was looked at, with its similarity on the user-facing scale (0 to 1, `0.72` is the default line). */
export type Neighbour = { feedback_id: string; similarity: number };

export const GROUPING_METHODS = ["agglomerative", "centroid", "vector_like"] as const;
export type GroupingMethod = (typeof GROUPING_METHODS)[number];

export const EMBEDDER_NAMES = ["gemini", "workers_ai", "lexical"] as const;
export type EmbedderName = (typeof EMBEDDER_NAMES)[number];

/** A project's grouping settings. `threshold` is user-facing, between 0 and 1. */
export type GroupingSettings = {
  method: GroupingMethod;
  threshold: number;
  minClusterSize: number;
  truncateBodyChars: number;
};

export const DEFAULT_GROUPING: GroupingSettings = {
  method: "agglomerative",
  threshold: 0.72,
  minClusterSize: 2,
  truncateBodyChars: 1500,
};

export const EMBEDDING_DIMENSIONS = 768;
