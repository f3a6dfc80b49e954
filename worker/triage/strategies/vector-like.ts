import { finish, type Steps } from "../../kit/turns";
import { joinGreedily } from "./greedy";
import type { ClusteringProblem, Strategy } from "./strategy";

/**
 * Each report, in order of arrival, joins the cluster of its single nearest earlier report: what a query of a vector store
 * with `topK = 1` would do. Cheapest of all, and chains: A joins B, C joins B, and A and C need not be alike. O(E d).
 */
export const vectorLike: Strategy = {
  name: "vector_like",
  cluster: (problem) => finish(steps(problem)),
  steps,
};

function steps(problem: ClusteringProblem): Steps<number[]> {
  return joinGreedily(problem, (_cluster, _earlier, pairs) =>
    pairs.reduce((x, y) => Math.max(x, y)),
  );
}
