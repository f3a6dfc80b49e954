import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOCK, QuantisedRows } from "../../../../worker/triage/kernel/quantised-rows";
import { dot } from "../../../../worker/triage/vectors/dot";
import { randomNumbers } from "../../../bench/vectors";

/** Unit vectors, some of them with all their weight on few dimensions, as words make them. */
function unitVectors(seed: number, n: number, d: number): Float32Array[] {
  const random = randomNumbers(seed);
  return Array.from({ length: n }, () => {
    const filled = random() < 0.5 ? 1 : 0.2;
    const values = Array.from({ length: d }, () => (random() < filled ? random() - 0.4 : 0));
    const length = Math.hypot(...values) || 1;
    return Float32Array.from(values, (value) => value / length);
  });
}

function pairsAbove(rows: QuantisedRows, line: number): Map<string, number> {
  const found = new Map<string, number>();
  for (let i = 0; i < rows.size; i += BLOCK) {
    for (let j = i; j < rows.size; j += BLOCK) {
      rows.eachPair(i, j, line, (a, b, similarity) => found.set(`${a},${b}`, similarity));
    }
  }
  return found;
}

describe("quantised rows", () => {
  test("miss no pair above the line, tell of none far below it, and are off by their error at most", () => {
    const drawn = fc.record({
      seed: fc.integer(),
      n: fc.integer({ min: 1, max: 130 }),
      d: fc.integer({ min: 1, max: 300 }),
      line: fc.constantFrom(-0.2, 0, 0.1, 0.33, 0.72, 0.95),
    });
    fc.assert(
      fc.property(drawn, ({ seed, n, d, line }) => {
        const vectors = unitVectors(seed, n, d);
        const rows = new QuantisedRows(d, n);
        vectors.forEach((vector, row) => rows.set(row, vector, 1));
        const found = pairsAbove(rows, line);
        for (let i = 0; i < n; i++) {
          for (let j = i + 1; j < n; j++) {
            const exact = dot(vectors[i]!, vectors[j]!);
            const told = found.get(`${i},${j}`);
            if (exact > line) expect(told).toBeDefined();
            if (exact < line - 2 * rows.error) expect(told).toBeUndefined();
            if (told !== undefined) expect(Math.abs(told - exact)).toBeLessThanOrEqual(rows.error);
          }
        }
        expect(rows.error).toBeLessThan(0.002);
      }),
      { numRuns: 40 },
    );
  });

  test("forget their rows when cleared", () => {
    const rows = new QuantisedRows(3, 5);
    for (let row = 0; row < 5; row++) rows.set(row, Float32Array.of(0, 1, 0), 1);
    expect(pairsAbove(rows, 0.5).size).toBe(10);
    rows.clear();
    rows.set(0, Float32Array.of(1, 0, 0), 1);
    rows.set(1, Float32Array.of(2, 0, 0), 0.5);
    expect([...pairsAbove(rows, 0.5).keys()]).toEqual(["0,1"]);
  });

  test("compare one vector with all of them", () => {
    const vectors = unitVectors(3, 150, 70);
    const rows = new QuantisedRows(70, 150);
    vectors.forEach((vector, row) => rows.set(row, vector, 1));
    for (const query of unitVectors(4, 5, 70)) {
      const cosines = rows.compare(query);
      expect(cosines.length).toBe(150);
      vectors.forEach((vector, row) =>
        expect(Math.abs(cosines[row]! - dot(query, vector))).toBeLessThanOrEqual(rows.error),
      );
    }
  });

  test("refuse a row that there is no place for, a vector of another length, and one too long", () => {
    const rows = new QuantisedRows(3, 2);
    expect(() => rows.set(2, Float32Array.of(1, 0, 0), 1)).toThrow(RangeError);
    expect(() => rows.set(0, Float32Array.of(1, 0), 1)).toThrow(RangeError);
    expect(() => rows.set(0, Float32Array.of(1, 1, 0), 1)).toThrow(RangeError);
    expect(() => rows.set(0, Float32Array.of(NaN, 1, 0), 1)).toThrow(RangeError);
  });

  test("compare some rows with all at once, as finely as their numbers allow, and without those that were removed", () => {
    const vectors = unitVectors(11, 230, 130);
    const rows = new QuantisedRows(130, 230);
    vectors.forEach((vector, row) => rows.set(row, vector, 1));
    const coarse = rows.error;
    rows.clearFor(vectors.map((vector) => ({ vector, scale: 1 })));
    vectors.forEach((vector, row) => rows.set(row, vector, 1));
    expect(rows.error).toBeLessThan(coarse);
    rows.remove(7);
    const left = [...vectors.keys()].slice(0, -1);
    left[7] = 229;
    const asked = [0, 7, 228];
    rows.compareRows(asked).forEach((near, at) => {
      expect(near.length).toBe(229);
      left.forEach((i, row) => {
        const exact = dot(vectors[left[asked[at]!]!]!, vectors[i]!);
        expect(Math.abs(near[row]! - exact)).toBeLessThanOrEqual(rows.error);
      });
    });
    expect(() => rows.eachPair(0, 0, 0.5, () => undefined)).toThrow(RangeError);
  });
});
