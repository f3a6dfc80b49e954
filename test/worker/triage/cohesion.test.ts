import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cohesionOf } from "../../../worker/triage/cohesion";

const anchors = { text: 0.72, stack: 0.72 };
const at = (id: string, degrees: number) => ({
  id,
  stackShare: 0,
  vector: new Float32Array([
    Math.cos((degrees * Math.PI) / 180),
    Math.sin((degrees * Math.PI) / 180),
  ]),
});

describe("cohesion", () => {
  test("tells the mean, the worst pair, and who is unlike the others", () => {
    const found = cohesionOf([at("a", 0), at("b", 5), at("c", 10), at("z", 80)], anchors, 0.64)!;
    expect(found.worst).toMatchObject({ a: "a", b: "z" });
    expect(found.worst.similarity).toBeCloseTo(Math.cos((80 * Math.PI) / 180), 3);
    expect(found.outliers.map((one) => one.id)).toEqual(["z"]);
    expect(found.mean).toBeLessThan(0.9);
  });

  test("has nothing to say of fewer than two reports with words", () => {
    expect(cohesionOf([at("a", 0)], anchors, 0.64)).toBeNull();
    const silent = { id: "b", stackShare: 0, vector: null };
    expect(cohesionOf([at("a", 0), silent], anchors, 0.64)).toBeNull();
    expect(cohesionOf([at("a", 0), at("b", 80)], anchors, 0.64)!.outliers).toEqual([]);
  });

  test("the mean lies between the worst pair and 1, whatever the order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 2, maxLength: 12 }),
        (all) => {
          const items = all.map((degrees, i) => at(`r${i}`, degrees));
          const one = cohesionOf(items, anchors, 0.64)!;
          const other = cohesionOf([...items].reverse(), anchors, 0.64)!;
          expect(one.mean).toBeGreaterThanOrEqual(one.worst.similarity - 1e-9);
          expect(one.mean).toBeLessThanOrEqual(1 + 1e-9);
          expect(other.mean).toBeCloseTo(one.mean, 9);
          expect(other.worst.similarity).toBeCloseTo(one.worst.similarity, 9);
        },
      ),
    );
  });
});
