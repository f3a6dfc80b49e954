import { describe, expect, it } from "vitest";
import type { GroupingDecision } from "../../../web/app/api.server";
import { deciderOf, verbOf } from "../../../web/app/features/clusters/decision-words";

const BASE: GroupingDecision = {
  id: "d",
  feedback_id: "f",
  cluster_id: "c",
  title: "Login hangs",
  previous_cluster_id: null,
  tier: "similarity",
  reason: null,
  similarity: 0.814,
  neighbours: [],
  threshold: 0.72,
  method: "agglomerative",
  embedder_version: "lexical v1",
  actor: "system:cluster-job",
  rule_version: "v1",
  operation_id: null,
  revision: 1,
  job_id: null,
  created_at: "2026-11-20T12:00:00.000Z",
};

describe("why a report is where it is, in words", () => {
  it.each<[Partial<GroupingDecision>, string]>([
    [{}, "joined by similarity 0.81"],
    [{ tier: "fingerprint", similarity: null }, "joined by the same fingerprint"],
    [{ tier: "rerank", similarity: 0.7 }, "joined by a second look, 0.70"],
    [
      {
        tier: "model",
        similarity: null,
        neighbours: [{ feedback_id: "n", similarity: 0.73, title: null }],
      },
      "was kept apart by a model's judgement",
    ],
    [{ tier: "model", similarity: 0.7 }, "joined by a model's judgement 0.70"],
    [{ tier: "person", previous_cluster_id: "x" }, "moved here by hand"],
    [{ similarity: null }, "began this cluster: nothing like it was known"],
    [{ similarity: 0.31 }, "began this cluster: the nearest report was only 0.31 alike"],
  ])("%j reads: %s", (change, said) => {
    expect(verbOf({ ...BASE, ...change })).toBe(said);
  });

  it.each([
    ["system:cluster-job", "the brain"],
    ["user:1", "a person"],
    ["token:1", "an API token"],
    ["webhook:1", "a source"],
  ])("%s is %s", (actor, said) => {
    expect(deciderOf(actor)).toBe(said);
  });
});
