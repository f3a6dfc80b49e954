import { describe, expect, test } from "vitest";
import { strategyFor } from "../../../../worker/triage/strategies";
import type { ClusteringProblem } from "../../../../worker/triage/strategies/strategy";

/** Items in a plane at these angles; every pair has an edge. */
function plane(degrees: number[], more: Partial<ClusteringProblem> = {}): ClusteringProblem {
  return {
    vectors: degrees.map((one) =>
      Float32Array.from([Math.cos(one / 57.2958), Math.sin(one / 57.2958)]),
    ),
    weights: degrees.map(() => 1),
    edges: degrees.flatMap((_, i) => degrees.slice(0, i).map((__, j) => [j, i] as const)),
    threshold: 0.72,
    blocks: degrees.map(() => -1),
    anchors: degrees.map(() => null),
    conflicts: [],
    ...more,
  };
}

describe("vector_like", () => {
  const { cluster } = strategyFor("vector_like");

  test("joins the nearest earlier report, and so chains", () => {
    expect(cluster(plane([0, 40, 80, 170]))).toEqual([0, 0, 0, 3]);
  });

  test("joins strictly above the threshold", () => {
    expect(cluster(plane([0, 90], { threshold: 0 }))).toEqual([0, 1].map(() => 0));
    expect(cluster(plane([0, 0], { threshold: 1 }))).toEqual([0, 1]);
  });
});

describe("centroid", () => {
  const { cluster } = strategyFor("centroid");

  test("joins the nearest centroid, which a chain moves away from", () => {
    expect(cluster(plane([0, 40, 80, 170]))).toEqual([0, 0, 2, 3]);
  });

  test("gives another answer in another order, as one pass does", () => {
    expect(cluster(plane([40, 80, 0]))).toEqual([0, 0, 2]);
  });
});

describe.each(["centroid", "vector_like"] as const)("%s", (name) => {
  const { cluster } = strategyFor(name);

  test("keeps blocks together, and conflicts and anchors apart", () => {
    expect(cluster(plane([0, 120, 10], { blocks: [7, 7, -1] })).slice(0, 2)).toEqual([0, 0]);
    expect(cluster(plane([0, 10], { conflicts: [[0, 1]] }))).toEqual([0, 1]);
    expect(cluster(plane([0, 10, 20], { anchors: [1, 2, null] }))).toEqual([0, 1, 1]);
  });

  test("leaves items without a vector alone", () => {
    const { vectors, ...rest } = plane([0, 0]);
    expect(cluster({ ...rest, vectors: [null, vectors[1]!] })).toEqual([0, 1]);
    expect(cluster(plane([]))).toEqual([]);
  });
});
