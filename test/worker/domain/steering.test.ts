import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProjectSettings, runLimits, soakMs } from "../../../worker/domain/project";
import { limitReached, type RunUse } from "../../../worker/domain/steering";

const limits = { minutes: 30, turns: 10, microUsd: 2_000_000 };
const fresh: RunUse = { workedMs: 0, turns: 0, spentMicroUsd: 0, refused: null };

describe("a run's limits", () => {
  it("are the project's, else the installation's", () => {
    expect(runLimits(ProjectSettings.parse({}), 5_000_000)).toEqual({
      minutes: 30,
      turns: 200,
      microUsd: 5_000_000,
    });
    const settings = ProjectSettings.parse({ limits: { minutes: 5, usd: 0.29 } });
    expect(runLimits(settings, 5_000_000)).toEqual({ minutes: 5, turns: 200, microUsd: 290_000 });
  });

  it("are reached by time that was worked, and by what the gateway refused", () => {
    expect(limitReached(fresh, limits)).toBeNull();
    expect(limitReached({ ...fresh, workedMs: 30 * 60_000 - 1 }, limits)).toBeNull();
    expect(limitReached({ ...fresh, workedMs: 30 * 60_000 }, limits)?.reason).toBe("minutes");
    for (const refused of ["money", "turns", "quota"] as const)
      expect(limitReached({ ...fresh, refused }, limits)?.reason).toBe(refused);
    expect(limitReached({ ...fresh, refused: "money" }, limits)?.text).toContain("$2.00");
  });

  it("say why in words, whatever was used", () => {
    const use = fc.record({
      workedMs: fc.nat(10 ** 8),
      turns: fc.nat(),
      spentMicroUsd: fc.nat(),
      refused: fc.constantFrom("money", "turns", "quota", null),
    });
    fc.assert(
      fc.property(use, (one: RunUse) => {
        const reached = limitReached(one, limits);
        const room = one.refused === null && one.workedMs < limits.minutes * 60_000;
        expect(reached === null).toBe(room);
        if (reached) expect(reached.text).toMatch(/^[A-Z].*\.$/);
      }),
    );
  });
});

describe("the soak time", () => {
  it("is a week unless the project says otherwise; none is none", () => {
    expect(soakMs(ProjectSettings.parse({}))).toBe(7 * 24 * 3_600_000);
    expect(soakMs(ProjectSettings.parse({ soak_days: 0 }))).toBe(0);
    expect(ProjectSettings.safeParse({ soak_days: -1 }).success).toBe(false);
  });
});
