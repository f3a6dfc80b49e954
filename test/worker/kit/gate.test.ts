import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Gate } from "../../../worker/kit/gate";

describe("the gate", () => {
  it("lets one through at a time, in the order of arrival, whatever fails", async () => {
    const task = fc.record({ waits: fc.nat({ max: 3 }), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(task, { maxLength: 12 }), async (tasks) => {
        const gate = new Gate();
        const done: number[] = [];
        let inside = 0;
        const results = await Promise.allSettled(
          tasks.map((one, index) =>
            gate.enter(async () => {
              inside += 1;
              expect(inside).toBe(1);
              for (let turn = 0; turn < one.waits; turn++) await Promise.resolve();
              inside -= 1;
              done.push(index);
              if (one.fails) throw new Error(`task ${index}`);
              return index;
            }),
          ),
        );
        expect(done).toEqual(tasks.map((_, index) => index));
        expect(results.map((result) => result.status === "rejected")).toEqual(
          tasks.map((one) => one.fails),
        );
      }),
    );
  });
});
