import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideUndo } from "../../../worker/triage/decide-undo";
import { PersonLinks } from "../../../worker/triage/person-links";
import { brokenLaw } from "./membership-laws";
import { steps, World, type Step } from "./membership-model";

const DEEP = process.env["SOULCASTER_DEEP"] !== undefined;
/** Deep: at least 10,000 operations in one history, and many shorter ones. */
const RUNS = DEEP ? { numRuns: 300 } : { numRuns: 60 };
const HISTORIES = DEEP ? { numRuns: 20_000 } : { numRuns: 500 };

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
          expect(brokenLaw(world)).toBeNull();
        }
      }),
      HISTORIES,
    );
  }, 300_000);

  test("an undo that moves nothing, and would bring an older word of a person back, is refused", () => {
    const world = new World(6);
    const step = (kind: Step["kind"], pick: number, other: number, some = 0) =>
      world.step({ kind, pick, other, some });
    step("job", 2, 5);
    step("duplicate", 2, 4); // parts r2 from r5
    step("duplicate", 2, 5); // joins them again
    step("move", 2, 4, 1); // and takes both back to where r2 was
    const before = world.state;
    step("undo", 1, 0); // of the second
    expect(world.refused).toBe(1);
    expect(world.state).toBe(before);
  });

  test("undoing a regrouping takes a report to where its cluster was merged since, as if it had been there", () => {
    const problem = (id: string, mergedInto: string | null = null) =>
      [id, { id, status: "new" as const, mergedInto, liveRun: false }] as const;
    const member = (id: string, clusterId: string) =>
      [id, { id, clusterId, duplicateOf: null }] as const;
    const input = {
      state: {
        problems: new Map([problem("home", "x"), problem("x", "y"), problem("y"), problem("made")]),
        members: new Map([member("a", "made"), member("b", "y"), member("c", "y")]),
      },
      operation: {
        id: "o1",
        kind: "regroup" as const,
        machine: true,
        undone: false,
        moves: [
          { feedbackId: "a", from: "home", to: "made" },
          // Is there already: the job that merged them took it along.
          { feedbackId: "b", from: "home", to: "made" },
        ],
        effect: { merged: [], created: ["made"], duplicates: [], statuses: [] },
      },
      laterTouched: new Set<string>(),
      links: new PersonLinks([]),
      later: [],
      places: new Map(),
    };
    const change = decideUndo(input);
    expect(change.moves).toEqual([{ feedbackId: "a", from: "made", to: "y" }]);
    expect(change.effect.merged).toEqual([{ clusterId: "made", into: "y" }]);
    // A split is one person's word about one cluster: there it is refused.
    const split = { ...input.operation, kind: "split" as const, machine: false };
    expect(() => decideUndo({ ...input, operation: split })).toThrow("was merged since");
  });

  // Undoing a merge of the machine is a word, and a regrouping before it may not bring back what that word parts.
  test.each(["job", "regroup"] as const)(
    "undoing everything, last first, brings everything back (histories without a %s)",
    (without) => {
      const kept = (step: Step) => !["arrive", "undo", without].includes(step.kind);
      fc.assert(
        fc.property(steps(25), (history) => {
          const world = new World(8);
          const before = placesOf(world);
          for (const step of history) if (kept(step)) world.step(step);
          const log = [...world.log].reverse();
          for (const operation of log) world.undo(operation);
          expect(placesOf(world)).toEqual(before);
          // Only clusters that a split, a removal or a regrouping had made lead elsewhere.
          const made = log.flatMap((one) => one.effect.created);
          const gone = [...world.state.problems.values()].filter((one) => one.mergedInto !== null);
          expect(gone.map((one) => one.id).sort()).toEqual(made.sort());
        }),
        RUNS,
      );
    },
  );

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
        if (i % 100 === 0) expect(brokenLaw(world)).toBeNull();
      });
      expect(brokenLaw(world)).toBeNull();
      expect(world.undone).toBeGreaterThan(100);
    },
    300_000,
  );
});
