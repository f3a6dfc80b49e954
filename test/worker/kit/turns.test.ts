import { expect, test } from "vitest";
import { finish, inTurns, type Steps } from "../../../worker/kit/turns";

function* counting(to: number, work: number): Steps<number> {
  let sum = 0;
  for (let i = 1; i <= to; i++) {
    sum += i;
    yield work;
  }
  return sum;
}

test("steps give the same answer at once and in turns", async () => {
  expect(finish(counting(100, 1))).toBe(5050);
  expect(await inTurns(counting(100, 1))).toBe(5050);
  expect(await inTurns(counting(0, 1))).toBe(0);
});

test("others get their turn when a bounded amount of work is done, and not before", async () => {
  const heard: number[] = [];
  async function others(work: number): Promise<number> {
    let turns = 0;
    let done = false;
    const listen = (): void => {
      turns += 1;
      if (!done) setTimeout(listen, 0);
    };
    setTimeout(listen, 0);
    await inTurns(counting(10, work));
    done = true;
    return turns;
  }
  heard.push(await others(1), await others(5_000_000));
  expect(heard[0]).toBe(0);
  expect(heard[1]).toBeGreaterThanOrEqual(9);
});

test("a step that fails fails the whole", async () => {
  function* failing(): Steps<number> {
    yield 5_000_000;
    throw new Error("broken");
  }
  await expect(inTurns(failing())).rejects.toThrow("broken");
});
