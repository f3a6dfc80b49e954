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

/** What was decided, without the titles: `joined by similarity 0.81`, `began this cluster`, `moved here by hand`. */
export function verbOf(decision: GroupingDecision): string {
  const { tier, similarity, previous_cluster_id: previous } = decision;
  if (tier === "person") return previous ? "moved here by hand" : "placed here by hand";
  if (tier === "fingerprint") return "joined by the same fingerprint";
  const nearest = similarity ?? decision.neighbours[0]?.similarity ?? null;
  const by = tier === "model" ? "joined by a model's judgement" : "joined by similarity";
  if (nearest === null) return "began this cluster: nothing like it was known";
  if (tier === "similarity" && nearest < decision.threshold) {
    return `began this cluster: the nearest report was only ${formatSimilarity(nearest)} alike`;
  }
  return `${by} ${formatSimilarity(nearest)}`;
}
