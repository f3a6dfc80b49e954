import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusterVectors, startClustering } from "../../../../worker/triage/kernel/average-linkage";
import { agglomerative } from "../../../../worker/triage/strategies/agglomerative";
import type { ClusteringProblem } from "../../../../worker/triage/strategies/strategy";
import { groupedVectors, randomNumbers, stormVectors } from "../../../bench/vectors";
import { averageLinkageByHand, edgesOf, partition } from "../strategies/average-linkage-by-hand";

type Vectors = (Float32Array | null)[];

function problem(vectors: Vectors, threshold: number): ClusteringProblem {
  return {
    vectors,
    weights: vectors.map(() => 1),
    edges: edgesOf(vectors, threshold),
    threshold,
    blocks: vectors.map(() => -1),
    anchors: vectors.map(() => null),
    conflicts: [],
  };
}

const halves = fc.array(fc.constantFrom(-0.5, 0.5, 0.5), { minLength: 4, maxLength: 4 });
const axis = fc
  .tuple(fc.nat(3), fc.constantFrom(-1, 1, 1))
  .map(([at, sign]) => [0, 1, 2, 3].map((d) => (d === at ? sign : 0)));
/** Unit vectors whose cosines are 0, ±0.5 and ±1 exactly: nearly everything is a tie. Zeros and nothing between them. */
const tied = fc.oneof(
  { weight: 3, arbitrary: halves.map((values) => Float32Array.from(values)) },
  { weight: 3, arbitrary: axis.map((values) => Float32Array.from(values)) },
  { weight: 1, arbitrary: fc.constant(new Float32Array(4)) },
  { weight: 1, arbitrary: fc.constant(null) },
);
/** Vectors in general position, each up to three times, with zeros, in any order. */
const anywhere = fc
  .tuple(fc.integer(), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 70 }))
  .chain(([seed, n, d]) => {
    const random = randomNumbers(seed);
    const drawn = Array.from({ length: n }, () => {
      const values = Array.from({ length: d }, () => random() - 0.35);
      const length = Math.hypot(...values);
      const vector = Float32Array.from(values, (value) => (random() < 0.02 ? 0 : value / length));
      return Array.from({ length: 1 + Math.floor(random() * 3) }, () => vector);
    }).flat();
    const all = [...drawn, new Float32Array(d), null];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });
const threshold = fc.constantFrom(0, 0.125, 0.25, 0.33, 0.5, 0.72, 0.9, 1);
const heldPairs = fc.constantFrom(1, 3, 10, 1000);

/** By-hand linkage takes vectors as they are: of length 1, up to float32. */
function unit(vectors: Vectors): Vectors {
  return vectors.map((vector) => {
    const length = vector ? Math.hypot(...vector) : 0;
    return length > 0 ? vector!.map((value) => value / length) : null;
  });
}

describe("average linkage by the kernel", () => {
  test("gives the labels of the definition with exact ties, duplicates and zeros, however few pairs it may hold", () => {
    fc.assert(
      fc.property(fc.array(tied, { maxLength: 24 }), threshold, heldPairs, (vectors, t, held) => {
        const labels = startClustering(vectors, t, held).step(Infinity);
        expect(labels).toEqual(averageLinkageByHand(problem(vectors, t)));
      }),
      { numRuns: 300 },
    );
  });

  test("gives the labels of the definition on vectors of any direction and dimension", () => {
    fc.assert(
      fc.property(anywhere, threshold, heldPairs, (vectors, t, held) => {
        const labels = startClustering(vectors, t, held).step(Infinity);
        if (t === 1) expect(labels).toEqual([...vectors.keys()]);
        else expect(labels).toEqual(averageLinkageByHand(problem(unit(vectors), t)));
      }),
      { numRuns: 300 },
    );
  });

  test("gives the labels of the strategy over all pairs, for some hundred vectors and several blocks", () => {
    for (const t of [0.1, 0.33, 0.72, 0.9]) {
      const vectors = unit(groupedVectors(350, 96, 7));
      const expected = agglomerative.cluster(problem(vectors, t));
      expect(clusterVectors(vectors, t)).toEqual(expected);
      expect(startClustering(vectors, t, 50).step(Infinity)).toEqual(expected);
    }
  });

  test("does not look at the length of a vector", () => {
    const vectors = groupedVectors(60, 40, 3);
    const scaled = vectors.map((vector, i) =>
      vector.map((value) => value * [1, 2 ** 40, 2 ** -60][i % 3]!),
    );
    expect(clusterVectors(scaled, 0.72)).toEqual(clusterVectors(vectors, 0.72));
  });

  test("does not depend on the order of vectors", () => {
    const vectors = groupedVectors(200, 40, 5);
    const expected = partition(clusterVectors(vectors, 0.5));
    const places = fc.shuffledSubarray([...vectors.keys()], { minLength: vectors.length });
    fc.assert(
      fc.property(places, (order) => {
        const moved = clusterVectors(
          order.map((i) => vectors[i]!),
          0.5,
        );
        const back: number[] = [];
        order.forEach((original, i) => (back[original] = moved[i]!));
        expect(partition(back)).toEqual(expected);
      }),
      { numRuns: 10 },
    );
  });

  test("gives the same in slices of any size as in one go, and nothing before it is done", () => {
    const vectors = groupedVectors(250, 64, 9);
    const expected = clusterVectors(vectors, 0.5);
    for (const work of [1, 1e4, 1e6, 1e9]) {
      const clustering = startClustering(vectors, 0.5);
      let steps = 1;
      let labels = clustering.step(work);
      for (; !labels && steps < 1e5; steps++) labels = clustering.step(work);
      expect(labels).toEqual(expected);
      if (work <= 1e4) expect(steps).toBeGreaterThan(10);
      expect(clustering.step(work)).toEqual(expected);
    }
  });

  test("gives the labels of the definition for storms, whose pairs are far too many to hold", () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0.3, 0.9, 0.97), heldPairs, (seed, t, held) => {
        const storm = unit(stormVectors(60, 24, seed, 0.7));
        const labels = startClustering(storm, t, held).step(Infinity);
        expect(labels).toEqual(averageLinkageByHand(problem(storm, t)));
      }),
      { numRuns: 25 },
    );
  });

  test("gives the same however many pairs it may hold, where clusters are searched for many times", () => {
    const vectors = [...stormVectors(700, 96, 3, 0.6), ...groupedVectors(500, 96, 4)];
    for (const t of [0.05, 0.2, 0.5, 0.9]) {
      const expected = clusterVectors(vectors, t);
      for (const held of [40, 2000]) {
        expect(startClustering(vectors, t, held).step(Infinity)).toEqual(expected);
      }
    }
  });

  test("joins a storm of nearly equal reports while it holds few pairs", () => {
    const random = randomNumbers(1);
    const storm = Array.from({ length: 400 }, () =>
      Float32Array.from({ length: 32 }, (_, d) => Math.cos(d) + 0.02 * random()),
    );
    const labels = startClustering(storm, 0.72, 500).step(Infinity)!;
    expect(new Set(labels)).toEqual(new Set([0]));
  });

  test("leaves nothing, one, and vectors without direction alone", () => {
    expect(clusterVectors([], 0.5)).toEqual([]);
    expect(clusterVectors([null, null], 0.5)).toEqual([0, 1]);
    expect(clusterVectors([Float32Array.of(3, 4)], 0.5)).toEqual([0]);
    const odd = [NaN, Infinity, 0].map((value) => Float32Array.of(value, 0));
    expect(clusterVectors([...odd, Float32Array.of(1, 0), Float32Array.of(2, 0)], 0.5)).toEqual([
      0, 1, 2, 3, 3,
    ]);
  });

  test("holds 2 bytes per number: 20,000 vectors of 768 in less than 32 MiB", () => {
    const vectors = Array.from({ length: 20_000 }, () => new Float32Array(0)).fill(
      new Float32Array(768).fill(1),
    );
    expect(startClustering(vectors, 0.72).bytes()).toBeLessThan(32 * 2 ** 20);
  });
});
