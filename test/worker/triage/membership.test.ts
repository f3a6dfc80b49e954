import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { steps, World } from "./membership-model";

const DEEP = process.env["SOULCASTER_DEEP"] !== undefined;
/** Deep: at least 10,000 operations in one history, and many shorter ones. */
const RUNS = DEEP ? { numRuns: 300 } : { numRuns: 60 };

/** What must be true at any time. */
function check(world: World): void {
  const { members, problems } = world.state;
  const newest = new Map<string, string>();
  for (const row of world.ledger) newest.set(row.feedbackId, row.clusterId);
  const links = world.links();
  const all = [...members.values()];
  for (const { id, clusterId, duplicateOf } of all) {
    expect(newest.get(id)).toBe(clusterId);
    expect(problems.get(clusterId)?.mergedInto).toBeNull();
    if (duplicateOf === null) continue;
    expect(duplicateOf).not.toBe(id);
    expect(members.get(duplicateOf)).toMatchObject({ duplicateOf: null, clusterId });
  }
  for (const [i, a] of all.entries()) {
    for (const b of all.slice(i + 1)) {
      const held = links.between(a.id, b.id);
      if (held) expect(a.clusterId === b.clusterId).toBe(held.kind === "must");
    }
  }
  for (const problem of problems.values()) {
    const seen = new Set<string>();
    for (let at = problem; at.mergedInto !== null; at = problems.get(at.mergedInto)!) {
      expect(seen.has(at.id)).toBe(false);
      seen.add(at.id);
    }
  }
}

function placesOf(world: World) {
  return [...world.state.members.values()].map(({ id, clusterId, duplicateOf }) => ({
    id,
    clusterId,
    duplicateOf,
  }));
}

describe("random histories of merges, splits, moves, removals, duplicates, undos and jobs", () => {
  test("ledger, links and the forest of duplicates hold after each step", () => {
    fc.assert(
      fc.property(steps(40), (history) => {
        const world = new World(8);
        for (const step of history) {
          world.step(step);
          check(world);
        }
      }),
      RUNS,
    );
  });

  test("undoing everything, last first, brings everything back", () => {
    fc.assert(
      fc.property(steps(25), (history) => {
        const world = new World(8);
        const before = placesOf(world);
        for (const step of history)
          if (step.kind !== "arrive" && step.kind !== "undo") world.step(step);
        const log = [...world.log].reverse();
        for (const operation of log) world.undo(operation);
        expect(placesOf(world)).toEqual(before);
        // Only clusters that a split or a removal had made lead elsewhere.
        const made = log.flatMap((one) => one.effect.created);
        const gone = [...world.state.problems.values()].filter((one) => one.mergedInto !== null);
        expect(gone.map((one) => one.id).sort()).toEqual(made.sort());
      }),
      RUNS,
    );
  });

  test("an undo that comes at once restores exactly what was", () => {
    fc.assert(
      fc.property(steps(30), (history) => {
        const world = new World(8);
        for (const step of history) {
          const before = world.log.length;
          const places = placesOf(world);
          world.step(step);
          const made = world.log.slice(before);
          if (step.kind === "undo" || made.length === 0) continue;
          world.undo(made[0]);
          expect(placesOf(world)).toEqual(places);
        }
      }),
      RUNS,
    );
  });

  test.runIf(DEEP)(
    "10,000 operations in one history",
    () => {
      const [history] = fc.sample(steps(10_000), { numRuns: 1, seed: 7 });
      const world = new World(40);
      history!.forEach((step, i) => {
        if (step.kind !== "arrive") world.step(step);
        if (i % 100 === 0) check(world);
      });
      check(world);
      expect(world.undone).toBeGreaterThan(100);
    },
    300_000,
  );
});
