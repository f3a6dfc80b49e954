import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CLUSTER_STATUSES,
  fixBranch,
  nextClusterStatus,
  statusesBefore,
  type ClusterEvent,
  type ClusterStatus,
} from "../../../worker/domain/cluster";
import { BranchName } from "../../../worker/domain/project";

const EVENTS: ClusterEvent[] = [
  "fix_started",
  "pr_opened",
  "fix_failed",
  "fix_cancelled",
  "follow_up_ended",
  "pr_merged",
  "pr_closed",
  "soak_passed",
  "report_arrived",
  "ignored",
  "reopened",
];

const anyEvent = fc.constantFrom(...EVENTS);
const anyStatus = fc.constantFrom(...CLUSTER_STATUSES);

describe("a cluster's life", () => {
  it("goes from new to resolved by the way that a good fix takes", () => {
    const way: ClusterEvent[] = ["fix_started", "pr_opened", "pr_merged", "soak_passed"];
    const seen = way.reduce<(ClusterStatus | null)[]>(
      (statuses, event) => [...statuses, nextClusterStatus(statuses.at(-1)!, event)],
      ["new"],
    );
    expect(seen).toEqual(["new", "fixing", "pr_opened", "merged", "resolved"]);
  });

  it("comes back as regressed when a report arrives after the fix, and can be fixed again", () => {
    for (const closed of ["merged", "resolved"] as const) {
      expect(nextClusterStatus(closed, "report_arrived")).toBe("regressed");
    }
    expect(nextClusterStatus("regressed", "fix_started")).toBe("fixing");
    expect(nextClusterStatus("failed", "fix_started")).toBe("fixing");
  });

  it("refuses what makes no sense", () => {
    expect(nextClusterStatus("fixing", "fix_started")).toBeNull();
    expect(nextClusterStatus("ignored", "fix_started")).toBeNull();
    expect(nextClusterStatus("new", "pr_opened")).toBeNull();
    expect(nextClusterStatus("new", "soak_passed")).toBeNull();
    expect(nextClusterStatus("resolved", "pr_closed")).toBeNull();
  });

  it("has a status for a report in every status: a report is never refused", () => {
    for (const status of CLUSTER_STATUSES) {
      expect(nextClusterStatus(status, "report_arrived")).not.toBeNull();
    }
  });

  it("says the same forwards and backwards", () => {
    fc.assert(
      fc.property(anyStatus, anyEvent, (status, event) => {
        expect(statusesBefore(event).includes(status)).toBe(
          nextClusterStatus(status, event) !== null,
        );
      }),
    );
  });

  it("never leaves a cluster where no event can move it", () => {
    fc.assert(
      fc.property(anyStatus, (status) => {
        const ways = EVENTS.map((event) => nextClusterStatus(status, event));
        expect(ways.some((next) => next !== null && next !== status)).toBe(true);
      }),
    );
  });
});

describe("the branch of a fix", () => {
  const id = "01900000-0000-7000-8000-000000000001";

  it("is readable, and says which attempt it is", () => {
    expect(fixBranch(id, "TypeError: can't pay!", 1)).toBe(
      `soulcaster/cluster-${id}-typeerror-can-t-pay`,
    );
    expect(fixBranch(id, "TypeError: can't pay!", 3)).toBe(
      `soulcaster/cluster-${id}-typeerror-can-t-pay-r3`,
    );
    expect(fixBranch(id, "結帳失敗", 1)).toBe(`soulcaster/cluster-${id}`);
  });

  it("is a name that git accepts and a shell does not read, whatever the title says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 99 }), (title, n) => {
        const branch = fixBranch(id, title, n);
        expect(branch).toMatch(/^soulcaster\/cluster-[a-z0-9-]+$/);
        expect(branch).not.toMatch(/-$/);
        expect(branch.length).toBeLessThan(120);
        expect(BranchName.safeParse(branch).success).toBe(true);
      }),
    );
  });

  it("differs between attempts of one cluster", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 2, maxLength: 2 }),
        (title, [one, other]) => {
          expect(fixBranch(id, title, one!)).not.toBe(fixBranch(id, title, other!));
        },
      ),
    );
  });
});
