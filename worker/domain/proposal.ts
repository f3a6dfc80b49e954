import type { Neighbour } from "./grouping";

/**
 * Why the machine would join two clusters, or part one. Similarities are user-facing, between the two clusters, or between the part
 * and the rest.
 *
 * - `similarity`: the average over all pairs of their reports; null when only fingerprints speak.
 * - `threshold`: the line at that time. `same_fingerprints`: reports that are alike by rule.
 * - `nearest`: the pairs that are most alike, at most three.
 * - `reports`: of a split, which would go; the oldest first.
 */
export type ProposalReasons = {
  similarity: number | null;
  threshold: number;
  same_fingerprints: number;
  nearest: (Neighbour & { other_id: string })[];
  reports?: string[];
};
