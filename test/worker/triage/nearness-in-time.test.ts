import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearnessInTime, shortestGap } from "../../../worker/triage/nearness-in-time";

const DAY = 86_400_000;

describe("nearness in time", () => {
  test("says nothing where a date is not known, and little while a project is young", () => {
    expect(nearnessInTime(null, 1000 * DAY)).toBe(0);
    for (const gap of [0, 1, 3, 6]) {
      expect(Math.abs(nearnessInTime(gap * DAY, 6 * DAY))).toBeLessThan(0.012);
    }
  });

  test("falls with the gap, rises with the project's age, and stays small whatever the dates are", () => {
    const ms = fc.integer({ min: 0, max: 200_000 }).map((days) => days * DAY);
    fc.assert(
      fc.property(ms, ms, ms, (near, far, span) => {
        const [a, b] = [Math.min(near, far), Math.max(near, far)];
        expect(nearnessInTime(a, span)).toBeGreaterThanOrEqual(nearnessInTime(b, span));
        expect(nearnessInTime(a, b)).toBeGreaterThanOrEqual(nearnessInTime(a, a));
        expect(Math.abs(nearnessInTime(near, span))).toBeLessThan(0.3);
      }),
    );
  });

  test("the shortest gap of two lists is that of their nearest pair", () => {
    const dates = fc.array(fc.nat(1000), { maxLength: 12 }).map((all) => all.sort((x, y) => x - y));
    fc.assert(
      fc.property(dates, dates, (a, b) => {
        const all = a.flatMap((x) => b.map((y) => Math.abs(x - y)));
        expect(shortestGap(a, b)).toBe(all.length > 0 ? Math.min(...all) : null);
      }),
    );
  });
});
