import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agglomerative } from "../../../../worker/triage/strategies/agglomerative";
import type { ClusteringProblem } from "../../../../worker/triage/strategies/strategy";
import { averageLinkageByHand, edgesOf, partition } from "./average-linkage-by-hand";

function problem(
  vectors: (number[] | null)[],
  threshold: number,
  more: Partial<ClusteringProblem> = {},
): ClusteringProblem {
  const rows = vectors.map((vector) => (vector ? Float32Array.from(vector) : null));
  return {
    vectors: rows,
    weights: rows.map(() => 1),
    edges: edgesOf(rows, threshold),
    threshold,
    blocks: rows.map(() => -1),
    anchors: rows.map(() => null),
    conflicts: [],
    ...more,
  };
}

/** Coordinates whose products and sums are exact in binary, so that ties are ties. */
const exactVector = fc.array(fc.constantFrom(-1, -0.5, 0, 0, 0.5, 1), {
  minLength: 4,
  maxLength: 4,
});
const realVector = fc
  .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 })
  .map((vector) => {
    const length = Math.hypot(...vector);
    return length > 0 ? vector.map((value) => value / length) : vector;
  });
const withDuplicates = (vector: fc.Arbitrary<number[]>) =>
  fc
    .array(fc.tuple(vector, fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 8 })
    .chain((drawn) => {
      const all = drawn.flatMap(([one, times]) => Array.from({ length: times }, () => one));
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    });
/** Vectors in general position: no two similarities are equal. */
function randomVectors(seed: number, n: number): number[][] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return state / 2 ** 32 - 0.3;
  };
  return Array.from({ length: n }, () => {
    const vector = Array.from({ length: 5 }, next);
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
}
const threshold = fc.constantFrom(0, 0.125, 0.25, 0.3, 0.5, 0.72, 0.9);

describe("agglomerative", () => {
  test("gives the labels of average linkage done by hand, with exact ties, duplicates and zeros", () => {
    fc.assert(
      fc.property(withDuplicates(exactVector), threshold, (vectors, t) => {
        const given = problem(vectors, t);
        expect(agglomerative.cluster(given)).toEqual(averageLinkageByHand(given));
      }),
      { numRuns: 200 },
    );
  });

  test("gives the labels of average linkage done by hand on vectors of any direction", () => {
    fc.assert(
      fc.property(withDuplicates(realVector), threshold, (vectors, t) => {
        const given = problem(vectors, t);
        expect(agglomerative.cluster(given)).toEqual(averageLinkageByHand(given));
      }),
      { numRuns: 200 },
    );
  });

  test("gives the same labels with blocks, anchors, conflicts and weights", () => {
    const problems = fc
      .record({
        vectors: withDuplicates(exactVector),
        t: threshold,
        seed: fc.infiniteStream(fc.nat(99)),
      })
      .map(({ vectors, t, seed }) => {
        const draw = (): number => seed.next().value;
        const blocks = vectors.map(() => (draw() < 30 ? draw() % 3 : -1));
        const anchors = vectors.map((_, i) =>
          blocks[i]! >= 0 ? blocks[i]! % 2 : draw() < 20 ? draw() % 2 : null,
        );
        const pairs = vectors.map(
          () => [draw() % vectors.length, draw() % vectors.length] as const,
        );
        const conflicts = pairs
          .slice(0, 4)
          .filter(([i, j]) => i !== j && (blocks[i]! < 0 || blocks[i] !== blocks[j]));
        const weights = vectors.map(() => 1 + (draw() % 3));
        return problem(vectors, t, { blocks, anchors, conflicts, weights });
      });
    fc.assert(
      fc.property(problems, (given) => {
        const labels = agglomerative.cluster(given);
        expect(labels).toEqual(averageLinkageByHand(given));
        for (const [i, j] of given.conflicts) expect(labels[i]).not.toBe(labels[j]);
      }),
      { numRuns: 200 },
    );
  });

  test("does not depend on the order of vectors when nothing is tied", () => {
    const shuffled = fc.tuple(fc.integer(), fc.integer({ min: 2, max: 15 })).chain(([seed, n]) => {
      const vectors = randomVectors(seed, n);
      return fc.tuple(
        fc.constant(vectors),
        fc.shuffledSubarray([...vectors.keys()], { minLength: vectors.length }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([vectors, order]) => {
        const labels = agglomerative.cluster(problem(vectors, 0.4));
        const moved = agglomerative.cluster(
          problem(
            order.map((i) => vectors[i]!),
            0.4,
          ),
        );
        const back: number[] = [];
        order.forEach((original, i) => (back[original] = moved[i]!));
        expect(partition(back)).toEqual(partition(labels));
      }),
      { numRuns: 200 },
    );
  });

  test("joins only what is strictly above the threshold", () => {
    const pair = [
      [1, 0],
      [0.5, 0],
    ];
    expect(agglomerative.cluster(problem(pair, 0.5))).toEqual([0, 1]);
    expect(agglomerative.cluster(problem(pair, 0.4999))).toEqual([0, 0]);
  });

  test("does not chain reports that each resemble only the next", () => {
    const angle = (degrees: number): number[] => [
      Math.cos(degrees / 57.3),
      Math.sin(degrees / 57.3),
    ];
    const chain = [0, 38, 78, 116, 156, 194].map(angle);
    const labels = agglomerative.cluster(problem(chain, 0.72));
    expect(new Set(labels).size).toBe(3);
  });

  test("leaves one item, items without vectors and no items alone", () => {
    expect(agglomerative.cluster(problem([], 0.5))).toEqual([]);
    expect(agglomerative.cluster(problem([[1, 0]], 0.5))).toEqual([0]);
    expect(agglomerative.cluster(problem([null, null, [0, 0]], 0))).toEqual([0, 1, 2]);
  });

  test("joins hundreds of identical reports", () => {
    const same = Array.from({ length: 300 }, () => [0.6, 0.8]);
    expect(new Set(agglomerative.cluster(problem(same, 0.72)))).toEqual(new Set([0]));
  });

  test("counts a weighted item as so many reports", () => {
    const vectors = [
      [1, 0],
      [0.8, 0.6],
      [0, 1],
    ];
    const heavy = problem(vectors, 0.35, { weights: [1, 10, 1] });
    // 10 reports at (0.8, 0.6) and one at (1, 0) still resemble (0, 1) by 6 / 11.
    expect(agglomerative.cluster(heavy)).toEqual([0, 0, 0]);
    expect(agglomerative.cluster(problem(vectors, 0.35))).toEqual([0, 0, 2]);
  });
});
