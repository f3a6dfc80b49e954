import { describe, expect, it } from "vitest";
import { DomainError } from "../../../worker/domain/errors";
import { ForeignError } from "../../../worker/kit/foreign-error";
import { failureText, hasFailed, pauseAfter } from "../../../worker/triage/cluster-job";

const NOON = Date.UTC(2026, 10, 21, 12);

describe("a cluster job that fails", () => {
  it("waits longer each time, and ends after the fifth", () => {
    const pauses = [1, 2, 3, 4, 5].map((failures) => pauseAfter(new Error("x"), failures, NOON));
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000]);
    expect(pauses.map((pause, i) => hasFailed(i + 1, pause))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it("waits as long as a busy service names, and ends where that is long", () => {
    const busy = (retryAfterSeconds: number) =>
      pauseAfter(new ForeignError("rate_limited", "busy", { retryAfterSeconds }), 1, NOON);
    expect(busy(37)).toBe(37_000);
    expect(hasFailed(1, busy(37))).toBe(false);
    expect(busy(6 * 3_600)).toBe(6 * 3_600_000);
    expect(hasFailed(1, busy(6 * 3_600))).toBe(true);
  });

  it("ends at once when the day's money is gone, in plain words, until the day ends", () => {
    const spent = new DomainError("budget_exceeded", "The project has used up its budget.");
    expect(pauseAfter(spent, 1, NOON)).toBe(12 * 3_600_000);
    expect(hasFailed(1, pauseAfter(spent, 1, NOON))).toBe(true);
    expect(failureText(spent)).toBe("The project has used up its budget.");
  });
});
