import { describe, expect, it } from "vitest";
import { counted, formatShort, reportsAndEvents } from "../../../web/app/lib/count";
import { lines, oneOf } from "../../../web/app/lib/form.server";
import { faultOf, type PageProblem } from "../../../web/app/lib/problem";
import { duration, timeAgo } from "../../../web/app/lib/time";

const NOW = Date.parse("2026-11-20T12:00:00Z");

describe("numbers and times in words", () => {
  it.each([
    [1, "1 report"],
    [0, "0 reports"],
    [1204, "1,204 reports"],
  ])("counts %d as %s", (count, said) => {
    expect(counted(count, "report")).toBe(said);
  });

  it("tells events only where they are more than the reports", () => {
    expect(reportsAndEvents(3, 1_204)).toBe("3 reports · 1,204 events");
    expect(reportsAndEvents(1, 1)).toBe("1 report");
  });

  it("shortens only what no column can hold", () => {
    expect(formatShort(9_999)).toBe("9,999");
    expect(formatShort(1_204_999)).toBe("1.2M");
  });

  it("says how long ago something was, and does not fear clocks that differ a little", () => {
    expect(timeAgo("2026-11-20T11:57:30Z", NOW)).toMatch(/^2\s?m/);
    expect(timeAgo("2026-11-20T12:00:20Z", NOW)).toBe("just now");
    expect(timeAgo("2026-11-17T12:00:00Z", NOW)).toMatch(/^3\s?d/);
  });

  it.each([
    ["2026-11-20T12:00:04Z", "4 s"],
    ["2026-11-20T12:01:20Z", "1 min 20 s"],
    ["2026-11-20T14:05:00Z", "2 h 5 min"],
    ["2026-11-20T11:00:00Z", "0 s"],
  ])("says how long a run until %s took", (end, said) => {
    expect(duration("2026-11-20T12:00:00Z", end)).toBe(said);
  });
});

describe("forms", () => {
  it("reads one entry per line, without list marks and empty lines", () => {
    const form = new FormData();
    form.set("steps", "- first\r\n\r\n2. second\n   * third \nv4.2 stays 1.5 times");
    expect(lines(form, "steps")).toEqual(["first", "second", "third", "v4.2 stays 1.5 times"]);
  });

  it("knows only the values it was told of", () => {
    const search = new URLSearchParams({ status: "new", other: "__proto__" });
    expect(oneOf(search, "status", ["new", "failed"])).toBe("new");
    expect(oneOf(search, "other", ["new", "failed"])).toBeUndefined();
  });

  it("finds a field's fault, also inside of a list, but not by a common beginning", () => {
    const problem = { errors: [{ path: "steps.2", message: "too long" }] } as PageProblem;
    expect(faultOf(problem, "steps")).toBe("too long");
    expect(faultOf(problem, "step")).toBeUndefined();
    expect(faultOf(undefined, "steps")).toBeUndefined();
  });
});
