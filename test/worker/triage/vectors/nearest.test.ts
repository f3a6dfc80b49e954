import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dot, normalise } from "../../../../worker/triage/vectors/dot";
import { nearest } from "../../../../worker/triage/vectors/neighbours";
import { rerank, sparseCosine } from "../../../../worker/triage/vectors/rerank";

const vector = fc
  .array(fc.integer({ min: -4, max: 4 }), { minLength: 6, maxLength: 6 })
  .map((values) => Float32Array.from(values));

describe("nearest", () => {
  test("finds what sorting all finds, earlier ones first on a tie", () => {
    const vectors = fc.array(fc.option(vector, { freq: 5 }), { maxLength: 25 });
    fc.assert(
      fc.property(
        vector,
        vectors,
        fc.integer({ min: 1, max: 6 }),
        fc.nat(5),
        (query, all, limit, self) => {
          const sorted = all
            .flatMap((one, index) =>
              one && index !== self ? { index, similarity: dot(query, one) } : [],
            )
            .sort((x, y) => y.similarity - x.similarity || x.index - y.index);
          expect(nearest(query, all, limit, self)).toEqual(sorted.slice(0, limit));
        },
      ),
    );
  });
});

describe("normalise", () => {
  test("gives unit length, or null where there is no direction", () => {
    expect(normalise(Float32Array.from([3, 4]))).toEqual(Float32Array.from([0.6, 0.8]));
    expect(normalise(Float32Array.from([0, 0]))).toBeNull();
    expect(normalise(Float32Array.from([Number.NaN, 1]))).toBeNull();
    expect(normalise(Float32Array.from([Infinity, 1]))).toBeNull();
  });
});

describe("the second look", () => {
  const features = (entries: [number, number][]) => ({
    keys: Uint32Array.from(entries, ([key]) => key),
    weights: normalise(Float32Array.from(entries, ([, weight]) => weight))!,
  });
  const query = features([
    [1, 1],
    [5, 2],
    [9, 2],
  ]);

  test("is 1 for the same features, 0 for others, and the shared part between", () => {
    expect(sparseCosine(query, query)).toBeCloseTo(1, 6);
    expect(sparseCosine(query, features([[2, 1]]))).toBe(0);
    expect(sparseCosine(query, features([[5, 1]]))).toBeCloseTo(2 / 3, 6);
  });

  test("orders candidates by it; those without features go last, ties keep their order", () => {
    const candidates = [
      { id: "none" },
      { id: "other", features: features([[2, 1]]) },
      { id: "tied", features: features([[3, 1]]) },
      { id: "twin", features: query },
    ];
    expect(rerank({ features: query }, candidates).map(({ id }) => id)).toEqual([
      "twin",
      "other",
      "tied",
      "none",
    ]);
  });

  test("puts what came near in time before what came years apart, when both are as alike", () => {
    const day = 86_400_000;
    const [early, late] = [1, 1500].map((at) => ({ features: query, createdAt: at * day }));
    const asked = { features: query, createdAt: 1490 * day };
    expect(rerank(asked, [early!, late!])).toEqual([late, early]);
    expect(rerank({ features: query }, [early!, late!])).toEqual([early, late]);
  });
});
