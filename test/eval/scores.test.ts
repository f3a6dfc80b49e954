import { describe, expect, test } from "vitest";
import { hitRate, pairwiseScores } from "./scores";

describe("pairwiseScores", () => {
  test("is perfect whatever the labels are called", () => {
    const scores = pairwiseScores(["x", "x", "y", "z"], ["1", "1", "2", "3"]);
    expect(scores).toEqual({ precision: 1, recall: 1, f1: 1, ari: 1 });
  });

  test("counts pairs", () => {
    // Found: ab, ac, bc. Real: ab, cd. Both: ab.
    const { precision, recall, f1 } = pairwiseScores(["x", "x", "x", "y"], ["1", "1", "2", "2"]);
    expect(precision).toBeCloseTo(1 / 3, 12);
    expect(recall).toBeCloseTo(1 / 2, 12);
    expect(f1).toBeCloseTo(2 / 5, 12);
  });

  test("gives the adjusted Rand index of the textbook's example", () => {
    // Contingency [[1, 1, 0], [1, 2, 1], [0, 0, 4]] (Hubert and Arabie 1985, as told by Yeung and Ruzzo 2001): 0.313.
    const truth = [..."1122223333"];
    const found = [..."1212233333"];
    expect(pairwiseScores(found, truth).ari).toBeCloseTo(0.313, 3);
  });

  test("finds nothing in nothing", () => {
    expect(pairwiseScores([], []).f1).toBe(1);
    expect(pairwiseScores(["a", "b"], ["1", "2"]).f1).toBe(1);
  });
});

describe("hitRate", () => {
  test("asks only reports that have a duplicate, and looks only at the first k", () => {
    const groupOf = new Map([
      ["a", "1"],
      ["b", "1"],
      ["c", "2"],
    ]);
    const neighbours = new Map([
      ["a", ["c", "b"]],
      ["b", ["a", "c"]],
      ["c", ["a", "b"]],
    ]);
    expect(hitRate(neighbours, groupOf, 1)).toBe(0.5);
    expect(hitRate(neighbours, groupOf, 2)).toBe(1);
  });
});
