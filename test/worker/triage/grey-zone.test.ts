import { describe, expect, test } from "vitest";
import type { SparseFeatures } from "../../../worker/triage/embedders/embedder";
import { settleGreyZone } from "../../../worker/triage/grey-zone";
import type { GreyProblem } from "../../../worker/triage/grey-problem";

/** Reports in a plane at these angles, each alone, with the line at the cosine 0.72 and the zone's lower end at 0.6. */
function plane(degrees: number[], more: Partial<GreyProblem> = {}): GreyProblem {
  const vectors = degrees.map((one) =>
    Float32Array.from([Math.cos(one / 57.2958), Math.sin(one / 57.2958)]),
  );
  const all = degrees.flatMap((_, i) => degrees.slice(0, i).map((__, j) => [j, i] as const));
  return {
    ids: degrees.map((_, i) => `r${i}`),
    vectors,
    features: degrees.map(() => null),
    weights: degrees.map(() => 1),
    scales: degrees.map(() => 1),
    stackShares: degrees.map(() => 0),
    labels: degrees.map((_, i) => i),
    edges: all,
    anchors: degrees.map(() => null),
    conflicts: [],
    verdicts: [],
    low: 0.6,
    line: 0.72,
    anchor: 0.72,
    ...more,
  };
}

function features(...keys: number[]): SparseFeatures {
  const weight = 1 / Math.sqrt(keys.length);
  return { keys: Uint32Array.from(keys), weights: Float32Array.from(keys, () => weight) };
}

describe("the grey zone", () => {
  test("is left to the vectors where nothing else is known", () => {
    const { labels, decisions } = settleGreyZone(plane([0, 40, 100]));
    expect(labels).toEqual([0, 0, 2]);
    expect(decisions.size).toBe(0);
  });

  test("joins what shared features say is one, and says why", () => {
    const alike = { features: [features(1, 2, 3), features(1, 2, 3)] };
    const { labels, decisions } = settleGreyZone(plane([0, 50], alike));
    expect(labels).toEqual([0, 0]);
    expect(decisions.get(1)).toMatchObject({
      tier: "rerank",
      reason: expect.stringContaining("1.00"),
    });
  });

  test("keeps apart what only the hashed vectors take for one", () => {
    const unlike = { features: [features(1, 2, 3), features(4, 5, 6)] };
    const { labels, decisions } = settleGreyZone(plane([0, 40], unlike));
    expect(labels).toEqual([0, 1]);
    expect(decisions.get(0)?.tier).toBe("rerank");
  });

  test("obeys a judge's verdict over both, and keeps its reason", () => {
    const reason = "One crashes in Cart, the other in Invoice.";
    const apart = plane([0, 40], { verdicts: [{ a: "r1", b: "r0", same: false, reason }] });
    expect(settleGreyZone(apart).labels).toEqual([0, 1]);
    expect(settleGreyZone(apart).decisions.get(0)).toEqual({ tier: "model", reason });
    const one = plane([0, 50], { verdicts: [{ a: "r0", b: "r1", same: true, reason: "Same" }] });
    expect(settleGreyZone(one).labels).toEqual([0, 0]);
    expect(settleGreyZone(one).decisions.get(1)).toEqual({ tier: "model", reason: "Same" });
  });

  test("asks about the pairs nearest to the line first, and not about what a verdict is known of", () => {
    const asked = settleGreyZone(plane([0, 42, 92])).questions();
    expect(asked).toEqual([
      { a: "r0", b: "r1" },
      { a: "r1", b: "r2" },
    ]);
    const verdicts = [{ a: "r0", b: "r1", same: true, reason: "x" }];
    expect(settleGreyZone(plane([0, 42, 92], { verdicts })).questions()).toEqual([
      { a: "r1", b: "r2" },
    ]);
  });

  test("joins what came together in time, and keeps apart what came years apart", () => {
    const day = 86_400_000;
    const apart = (days: number) => ({ of: [day, (1 + days) * day], spanMs: 3650 * day });
    // 45 degrees are a cosine of 0.707, 43 of 0.731: a little below the line, and a little above.
    expect(settleGreyZone(plane([0, 45], { dates: apart(0) })).labels).toEqual([0, 0]);
    expect(settleGreyZone(plane([0, 45], { dates: apart(300) })).labels).toEqual([0, 1]);
    expect(settleGreyZone(plane([0, 43])).labels).toEqual([0, 0]);
    const parted = settleGreyZone(plane([0, 43], { dates: apart(1500) }));
    expect(parted.labels).toEqual([0, 1]);
    expect(parted.decisions.get(0)?.reason).toContain("1500 days apart");
  });

  test("does not join over a conflict, two anchors or the zone's lower end", () => {
    const same = [{ a: "r0", b: "r1", same: true, reason: "x" }];
    expect(settleGreyZone(plane([0, 40], { conflicts: [[0, 1]] })).labels).toEqual([0, 1]);
    expect(settleGreyZone(plane([0, 40], { anchors: [1, 2], verdicts: same })).labels).toEqual([
      0, 1,
    ]);
    expect(settleGreyZone(plane([0, 60], { verdicts: same })).labels).toEqual([0, 1]);
  });

  test("compares what it has joined as one, by the mean", () => {
    // 0 and 40 join; 80 is near 40, but the mean to both is below the line.
    expect(settleGreyZone(plane([0, 40, 81])).labels).toEqual([0, 0, 2]);
  });

  test("eases pairs of a text and a stack, also inside groups", () => {
    const mixed = plane([0, 50, 50], { stackShares: [0, 0.8, 0.8], labels: [0, 1, 1] });
    expect(settleGreyZone(mixed).labels).toEqual([0, 0, 0]);
    expect(settleGreyZone({ ...mixed, stackShares: [0, 0, 0] }).labels).toEqual([0, 1, 1]);
  });
});
