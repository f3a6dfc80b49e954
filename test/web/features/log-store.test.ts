import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendEvents,
  beginLog,
  KEPT_LINES,
  linesOf,
  takePage,
  type LogState,
} from "../../../web/app/features/runs/log-store";
import type { RunEventView } from "../../../web/app/api.server";

function event(
  seq: number,
  level: 1 | 2 | 3 = 3,
  kind: RunEventView["kind"] = "output",
): RunEventView {
  return { seq, level, kind, at: "2026-11-20T12:00:00.000Z", stage: "agent", text: `line ${seq}` };
}

const EMPTY: LogState = beginLog({ events: [], next_from: 1, ended: false });
const seqs = (state: LogState) => linesOf(state, 3).map(({ seq }) => seq);

describe("a run's log in the page", () => {
  it("shows every event once and in order, however the socket splits and repeats them", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 60 })), { maxLength: 40 }),
        (total, pieces) => {
          const all = Array.from({ length: total }, (_, at) => event(at + 1));
          let state = EMPTY;
          for (const [back, size] of pieces) {
            const from = Math.max(0, state.next - 1 - back);
            state = appendEvents(state, all.slice(from, from + size), "stop").state;
          }
          state = appendEvents(state, all.slice(state.next - 1), "stop").state;
          expect(seqs(state)).toEqual(all.map(({ seq }) => seq));
        },
      ),
    );
  });

  it("stops at a gap and asks again from there", () => {
    const { state, gap } = appendEvents(EMPTY, [event(1), event(2), event(5)], "stop");
    expect(gap).toBe(true);
    expect(state.next).toBe(3);
    expect(seqs(state)).toEqual([1, 2]);
  });

  it("goes on behind a gap where the other side has nothing earlier", () => {
    const { state, gap } = appendEvents(EMPTY, [event(40), event(41)], "skip");
    expect(gap).toBe(false);
    expect(state.next).toBe(42);
  });

  it("keeps stages when raw output floods in, and says that lines were cut", () => {
    const flood = Array.from({ length: KEPT_LINES + 500 }, (_, at) => event(at + 2));
    const { state } = appendEvents(EMPTY, [event(1, 1, "stage"), ...flood], "stop");
    expect(linesOf(state, 1).map(({ seq }) => seq)).toEqual([1]);
    expect(linesOf(state, 3)).toHaveLength(KEPT_LINES);
    expect(state.cut).toBe(500);
  });

  it("shows a depth and what lies above it", () => {
    const { state } = appendEvents(EMPTY, [event(1, 1), event(2, 2), event(3, 3)], "stop");
    expect(linesOf(state, 1).map(({ seq }) => seq)).toEqual([1]);
    expect(linesOf(state, 2).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it("ends with the end event, or when a page says that no more will come", () => {
    expect(appendEvents(EMPTY, [event(1, 1, "end")], "stop").state.ended).toBe(true);
    expect(takePage(EMPTY, { events: [], next_from: 1, ended: true }).ended).toBe(true);
  });

  it("is the very same state when nothing new came, so that nothing is drawn again", () => {
    const { state } = appendEvents(EMPTY, [event(1)], "stop");
    expect(appendEvents(state, [event(1)], "stop").state).toBe(state);
  });
});
