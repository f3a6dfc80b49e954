import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  canMoveRun,
  isLiveRun,
  LIVE_RUN_STATUSES,
  RUN_STATUSES,
  runStatusesBefore,
} from "../../../worker/domain/run";

const anyStatus = fc.constantFrom(...RUN_STATUSES);

describe("a run's life", () => {
  it("ends for good: an ended run never moves again", () => {
    for (const ended of ["succeeded", "failed", "cancelled"] as const) {
      expect(RUN_STATUSES.filter((to) => canMoveRun(ended, to))).toEqual([]);
      expect(isLiveRun(ended)).toBe(false);
    }
  });

  it("succeeds only from running, and may be cancelled or fail from every live status", () => {
    expect(runStatusesBefore("succeeded")).toEqual(["running"]);
    expect(runStatusesBefore("failed").toSorted()).toEqual(LIVE_RUN_STATUSES.toSorted());
    expect(runStatusesBefore("cancelled").toSorted()).toEqual(LIVE_RUN_STATUSES.toSorted());
  });

  it("is live exactly in the statuses that the unique index counts", () => {
    expect(RUN_STATUSES.filter(isLiveRun).toSorted()).toEqual(LIVE_RUN_STATUSES.toSorted());
  });

  it("never moves to where it is, and says the same forwards and backwards", () => {
    fc.assert(
      fc.property(anyStatus, anyStatus, (from, to) => {
        expect(canMoveRun(from, from)).toBe(false);
        expect(runStatusesBefore(to).includes(from)).toBe(canMoveRun(from, to));
      }),
    );
  });

  it("can reach an end from every live status", () => {
    for (const status of LIVE_RUN_STATUSES) expect(canMoveRun(status, "cancelled")).toBe(true);
  });
});
