import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  confirmStored,
  meetEvent,
  STORM_LEASE_MS,
  STORM_WINDOW_MS,
  type Storm,
} from "../../../worker/domain/storm";

const event = (eventId: string, at = 0) => ({
  eventId,
  externalId: eventId,
  fingerprint: "f",
  at,
});

describe("a storm", () => {
  it("makes one item of the first event and a number of the others", () => {
    const first = meetEvent(null, event("a"), false, 0);
    expect(first).toMatchObject({ verdict: "store", storm: { count: 1, stored: false } });
    const second = meetEvent(first.storm, event("b"), false, 1);
    expect(second).toMatchObject({ verdict: "counted", storm: { count: 2, externalId: "a" } });
  });

  it("gives the first place to another when its caller died, and takes the late one back out", () => {
    const first = meetEvent(null, event("a"), false, 0).storm;
    const taken = meetEvent(first, event("b"), false, STORM_LEASE_MS);
    expect(taken).toMatchObject({ verdict: "store", storm: { count: 2, externalId: "b" } });
    const late = confirmStored(taken.storm, "a", false);
    expect(late).toMatchObject({ own: true, storm: { count: 1, stored: false } });
    expect(confirmStored(late.storm, "a", late.own).storm.count).toBe(1);
  });

  it("ends after its window, but never before its count has an item", () => {
    const open = meetEvent(null, event("a"), false, 0).storm;
    const unstored = meetEvent(open, event("b", STORM_WINDOW_MS), false, STORM_WINDOW_MS);
    expect(unstored).toMatchObject({ verdict: "store", storm: { count: 2 } });
    const stored = confirmStored(unstored.storm, "b", false).storm;
    const next = meetEvent(stored, event("c", 2 * STORM_WINDOW_MS), false, 2);
    expect(next).toMatchObject({ verdict: "store", storm: { count: 1, externalId: "c" } });
  });

  it("counts each event once, whatever is repeated, lost half-way or late", () => {
    const step = fc.record({
      event: fc.integer({ min: 0, max: 12 }),
      wait: fc.constantFrom(0, 1_000, STORM_LEASE_MS, STORM_WINDOW_MS),
      // Whether the caller lives to confirm, at once or only after the next steps.
      ends: fc.constantFrom("at once", "late", "never"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const storms: Storm[] = [];
        const seen = new Map<string, { storm: number; own: boolean }>();
        const late: string[] = [];
        let now = 0;
        const confirm = (id: string) => {
          const known = seen.get(id)!;
          const result = confirmStored(storms[known.storm]!, id, known.own);
          storms[known.storm] = result.storm;
          seen.set(id, { ...known, own: result.own });
        };
        for (const { event: n, wait, ends } of steps) {
          now += wait;
          const id = `e${n}`;
          const known = seen.get(id);
          const at = known ? known.storm : storms.length - 1;
          const before = storms[at] ?? null;
          const { verdict, storm, begins } = meetEvent(before, event(id, now), !!known, now);
          if (begins) storms.push(storm);
          else storms[at] = storm;
          if (!known) seen.set(id, { storm: begins ? storms.length - 1 : at, own: false });
          if (verdict === "store" && ends === "at once") confirm(id);
          if (verdict === "store" && ends === "late") late.push(id);
        }
        for (const id of late) confirm(id);
        // Senders repeat what was not answered; in the end every storm has its item.
        for (const storm of storms) if (!storm.stored) confirm(storm.firstEventId);
        const counted = storms.reduce((sum, storm) => sum + storm.count, 0);
        const own = [...seen.values()].filter((one) => one.own).length;
        expect(counted + own).toBe(seen.size);
      }),
    );
  });
});
