import { finish, type Steps } from "../../kit/turns";
import { dotOfTwoSums } from "../vectors/dot";
import { joinGreedily, type GreedyCluster } from "./greedy";
import type { ClusteringProblem, Strategy } from "./strategy";

/**
 * Each report, in order of arrival, joins the cluster whose centroid is nearest. Cheap and known from many products, but
 * what was joined early is never parted, so it depends on the order. O(E d).
 */
export const centroid: Strategy = {
  name: "centroid",
  cluster: (problem) => finish(steps(problem)),
  steps,
};

function steps(problem: ClusteringProblem): Steps<number[]> {
  return joinGreedily(problem, centroidLikeness);
}

/**
 * The cosine of the two centroids, times the lengths that the items' vectors have on average: for unit vectors the plain
 * cosine. Vectors of stack traces are scaled (`scaleOf`), and a centroid keeps their scale.
 */
function centroidLikeness(a: GreedyCluster, b: GreedyCluster): number {
  if (!a.sum || !b.sum) return -Infinity;
  const lengths = Math.sqrt(dotOfTwoSums(a.sum, a.sum) * dotOfTwoSums(b.sum, b.sum));
  if (lengths === 0) return -Infinity;
  return (dotOfTwoSums(a.sum, b.sum) / lengths) * meanLength(a) * meanLength(b);
}

function meanLength(cluster: GreedyCluster): number {
  return cluster.weight > 0 ? cluster.lengths / cluster.weight : 0;
}
