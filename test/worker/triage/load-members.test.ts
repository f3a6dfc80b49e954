import { describe, expect, test } from "vitest";
import type { MemberRow } from "../../../worker/store/placement";
import { loadMembers, WALK_LIMIT, type MemberLinks } from "../../../worker/triage/load-members";

function member(id: string, more: Partial<MemberRow> = {}): MemberRow {
  return { id, fingerprint: null, clusterId: null, createdAt: 1, ...more };
}

/** A project in memory; `near` names the neighbours of each item. */
function project(rows: MemberRow[], near: Record<string, string[]>): MemberLinks {
  return {
    near: (ids) => ids.flatMap((id) => near[id] ?? []),
    find: async (by) =>
      rows.filter(
        (row) =>
          by.ids.includes(row.id) ||
          (row.fingerprint !== null && by.fingerprints.includes(row.fingerprint)) ||
          (row.clusterId !== null && by.clusterIds.includes(row.clusterId)),
      ),
  };
}

describe("what hangs together with a batch", () => {
  test("is found over similarities, twins and whole clusters, step by step", async () => {
    const rows = [
      member("new", { fingerprint: "f" }),
      member("near", { clusterId: "A" }),
      member("mate", { clusterId: "A" }),
      member("beyond", { clusterId: "B" }),
      member("twin", { fingerprint: "f", clusterId: "C" }),
      member("stranger", { clusterId: "D" }),
    ];
    const links = project(rows, { new: ["near"], mate: ["beyond"] });
    expect([...(await loadMembers([rows[0]!], links)).keys()].sort()).toEqual([
      "beyond",
      "mate",
      "near",
      "new",
      "twin",
    ]);
  });

  test("leaves out what waits for a later batch", async () => {
    const rows = [member("new"), member("waiting")];
    const found = await loadMembers([rows[0]!], project(rows, { new: ["waiting"] }));
    expect([...found.keys()]).toEqual(["new"]);
  });

  test("stops following similarities at its limit, but never cuts a cluster", async () => {
    const chain = Array.from({ length: 3 * WALK_LIMIT }, (_, i) => `c${i}`);
    const rows = chain.map((id, i) => member(id, { clusterId: `k${Math.floor(i / 2)}` }));
    const near = Object.fromEntries(chain.map((id, i) => [id, chain.slice(i + 1, i + 2)]));
    const found = await loadMembers([member("new")], project(rows, { ...near, new: ["c0"] }));
    expect(found.size).toBeGreaterThanOrEqual(WALK_LIMIT);
    expect(found.size).toBeLessThan(WALK_LIMIT + 10);
    expect(found.size % 2).toBe(1);
  });
});
