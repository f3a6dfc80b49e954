import type { GroupingDecision } from "../../api.server";

const BY_JOB = /^system:/;

/** Who made a decision, in words. `users` name themselves by id only: the ledger keeps no names. */
export function deciderOf(actor: string): string {
  if (BY_JOB.test(actor)) return "the brain";
  if (actor.startsWith("user:")) return "a person";
  if (actor.startsWith("token:")) return "an API token";
  if (actor.startsWith("webhook:")) return "a source";
  return actor;
}

/** A similarity as the settings write it: two digits after the point. */
export function formatSimilarity(similarity: number): string {
  return similarity.toFixed(2);
}

const BY_TIER = {
  similarity: "joined by similarity",
  rerank: "joined by a second look,",
  model: "joined by a model's judgement",
};
const KEPT_APART = {
  rerank: "was kept apart by a second look",
  model: "was kept apart by a model's judgement",
};

/** What was decided, without the titles: `joined by similarity 0.81`, `began this cluster`, `moved here by hand`. */
export function verbOf(decision: GroupingDecision): string {
  const { tier, similarity, previous_cluster_id: previous } = decision;
  if (tier === "person") return previous ? "moved here by hand" : "placed here by hand";
  if (tier === "fingerprint") return "joined by the same fingerprint";
  const nearest = similarity ?? decision.neighbours[0]?.similarity ?? null;
  const by = BY_TIER[tier];
  if (nearest === null) return "began this cluster: nothing like it was known";
  if (similarity === null && tier !== "similarity") return KEPT_APART[tier];
  if (tier === "similarity" && nearest < decision.threshold) {
    return `began this cluster: the nearest report was only ${formatSimilarity(nearest)} alike`;
  }
  return `${by} ${formatSimilarity(nearest)}`;
}
