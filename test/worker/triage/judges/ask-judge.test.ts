import { describe, expect, test, vi } from "vitest";
import { DomainError } from "../../../../worker/domain/errors";
import { ForeignError } from "../../../../worker/kit/foreign-error";
import { askJudge, QUESTIONS_LIMIT } from "../../../../worker/triage/judges/ask-judge";
import type { Judge, JudgedReport } from "../../../../worker/triage/judges/judge";

const QUESTION = { a: "a", b: "b" };

function asking(judge: Partial<Judge>) {
  const report: JudgedReport = { source: "manual", title: "x", body: "", crash: null };
  return {
    judge: {
      name: "test",
      version: "1",
      judge: async () => ({ same: true, reason: "Both fail in Cart." }),
      ...judge,
    },
    reports: async (ids: string[]) => new Map(ids.map((id) => [id, report])),
  };
}

describe("askJudge", () => {
  test("gives the verdict with its reason", async () => {
    expect(await askJudge(asking({}), [QUESTION])).toEqual([
      { ...QUESTION, same: true, reason: "Both fail in Cart." },
    ]);
  });

  test.each([
    ["the service is away", new ForeignError("unavailable", "down")],
    ["the day's budget is spent", new DomainError("budget_exceeded", "spent")],
  ])("leaves a pair unanswered when %s", async (_, error) => {
    const deps = asking({ judge: () => Promise.reject(error) });
    expect(await askJudge(deps, [QUESTION])).toEqual([]);
  });

  test("asks a bounded number of questions, and none about reports that are gone", async () => {
    const judge = vi.fn<Judge["judge"]>(async () => ({ same: false, reason: "x" }));
    const many = Array.from({ length: 30 }, (_, i) => ({ a: `a${i}`, b: `b${i}` }));
    expect(await askJudge(asking({ judge }), many)).toHaveLength(QUESTIONS_LIMIT);
    expect(await askJudge({ ...asking({ judge }), reports: async () => new Map() }, many)).toEqual(
      [],
    );
    expect(judge).toHaveBeenCalledTimes(QUESTIONS_LIMIT);
  });
});
