import { describe, expect, test, vi } from "vitest";
import { ForeignError } from "../../../../worker/kit/foreign-error";
import { askJudge, QUESTIONS_LIMIT } from "../../../../worker/triage/judges/ask-judge";
import type { Judge, JudgedReport } from "../../../../worker/triage/judges/judge";

const QUESTION = { a: "a", b: "b" };

function asking(judge: Partial<Judge>, budget = 1_000) {
  const spent = { microUsd: 0 };
  const report: JudgedReport = { source: "manual", title: "x", body: "", crash: null };
  return {
    spent,
    judge: {
      name: "test",
      version: "1",
      estimateMicroUsd: () => 100,
      judge: async () => ({ same: true, reason: "Both fail in Cart.", microUsd: 30 }),
      ...judge,
    },
    reports: async (ids: string[]) => new Map(ids.map((id) => [id, report])),
    reserve: async (microUsd: number) => {
      const granted = spent.microUsd + microUsd <= budget;
      if (granted) spent.microUsd += microUsd;
      return { granted };
    },
    settle: async (difference: number) => void (spent.microUsd += difference),
  };
}

describe("askJudge", () => {
  test("gives the verdict with its reason, and settles the true price", async () => {
    const deps = asking({});
    expect(await askJudge(deps, [QUESTION])).toEqual([
      { ...QUESTION, same: true, reason: "Both fail in Cart." },
    ]);
    expect(deps.spent.microUsd).toBe(30);
  });

  test("does not call when the day's budget is spent", async () => {
    const judge = vi.fn<Judge["judge"]>();
    expect(await askJudge(asking({ judge }, 99), [QUESTION])).toEqual([]);
    expect(judge).not.toHaveBeenCalled();
  });

  test("leaves a pair unanswered when the call fails, and the money spent", async () => {
    const deps = asking({
      judge: async () => {
        throw new ForeignError("unavailable", "down");
      },
    });
    expect(await askJudge(deps, [QUESTION])).toEqual([]);
    expect(deps.spent.microUsd).toBe(100);
  });

  test("asks a bounded number of questions, and none about reports that are gone", async () => {
    const judge = vi.fn<Judge["judge"]>(async () => ({ same: false, reason: "x", microUsd: 1 }));
    const many = Array.from({ length: 30 }, (_, i) => ({ a: `a${i}`, b: `b${i}` }));
    expect(await askJudge(asking({ judge }, 1e9), many)).toHaveLength(QUESTIONS_LIMIT);
    expect(await askJudge({ ...asking({ judge }), reports: async () => new Map() }, many)).toEqual(
      [],
    );
    expect(judge).toHaveBeenCalledTimes(QUESTIONS_LIMIT);
  });
});
