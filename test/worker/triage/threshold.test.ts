import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DEFAULT_LINE,
  fromRaw,
  mixedEase,
  pairLine,
  scaleOf,
  toRaw,
  userFacing,
} from "../../../worker/triage/threshold";

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const anchor = fc.double({ min: 0.05, max: 0.95, noNaN: true });
const anchors = fc
  .tuple(anchor, anchor)
  .map(([a, b]) => ({ text: Math.min(a, b), stack: Math.max(a, b) }));
const shares = fc.tuple(unit, unit);

describe("the one threshold", () => {
  test("means the anchor at 0.72, and 0 and 1 stay where they are", () => {
    expect(toRaw(DEFAULT_LINE, 0.31)).toBeCloseTo(0.31, 12);
    expect(toRaw(0, 0.31)).toBe(0);
    expect(toRaw(1, 0.31)).toBeCloseTo(1, 12);
  });

  test("can be read back from the raw similarity", () => {
    fc.assert(
      fc.property(unit, anchor, (u, a) => {
        expect(fromRaw(toRaw(u, a), a)).toBeCloseTo(u, 9);
      }),
    );
  });

  test("keeps the order of similarities", () => {
    fc.assert(
      fc.property(unit, unit, anchor, (u, v, a) => {
        fc.pre(u < v - 1e-9);
        expect(toRaw(u, a)).toBeLessThan(toRaw(v, a));
        expect(fromRaw(u, a)).toBeLessThan(fromRaw(v, a));
      }),
    );
  });

  test("can be read back for pairs of any mixture of text and stack", () => {
    fc.assert(
      fc.property(unit, shares, anchors, (u, pair, both) => {
        expect(userFacing(pairLine(u, pair, both), pair, both)).toBeCloseTo(u, 6);
      }),
    );
  });

  test("is one line for scaled vectors: the product of two scales moves each pair's own line onto it", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        shares,
        anchors,
        (u, pair, both) => {
          const scaled =
            pairLine(u, pair, both) * scaleOf(u, pair[0], both) * scaleOf(u, pair[1], both);
          expect(scaled * mixedEase(pair)).toBeCloseTo(toRaw(u, both.text), 9);
        },
      ),
    );
  });

  test("asks of two stacks what the stack anchor says, of two texts the text anchor, of a mixed pair less than their mean", () => {
    const both = { text: 0.3, stack: 0.7 };
    expect(pairLine(0.72, [0, 0], both)).toBeCloseTo(0.3, 12);
    expect(pairLine(0.72, [1, 1], both)).toBeCloseTo(0.7, 12);
    expect(pairLine(0.72, [0, 1], both)).toBeCloseTo(Math.sqrt(0.21) / mixedEase([0, 1]), 12);
    expect(pairLine(0.72, [0, 1], both)).toBeLessThan(0.3);
    expect(pairLine(0.72, [-0.25, -0.25], both)).toBeLessThan(0.3);
    expect(userFacing(1, [1, 1], both)).toBe(1);
    expect(userFacing(-0.2, [0, 0], both)).toBe(0);
  });
});
