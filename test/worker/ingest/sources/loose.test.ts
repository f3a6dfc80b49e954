import { describe, expect, it } from "vitest";
import {
  countOf,
  firstText,
  httpUrl,
  momentOf,
  restOf,
  textOf,
} from "../../../../worker/ingest/sources/loose";

const NOW = Date.UTC(2026, 5, 1);

describe("momentOf", () => {
  it.each([
    [1772359200.5, 1772359200500],
    ["1772359200.5", 1772359200500],
    [1772359200500, 1772359200500],
    ["2026-03-01T10:00:00.500000Z", 1772359200500],
    ["2026-03-01T12:00:00.5+02:00", 1772359200500],
    ["2026-03-01 10:00:00.5", 1772359200500],
    ["2026-03-01T10:00:00.5", 1772359200500],
    ["2026-03-01", Date.UTC(2026, 2, 1)],
    [NOW + 60_000, NOW + 60_000],
  ])("reads %j", (value, moment) => {
    expect(momentOf(NOW, value)).toBe(moment);
  });

  it("takes the first value that is a moment, else now", () => {
    expect(momentOf(NOW, null, "soon", 0, NOW * 2, "2026-03-01")).toBe(Date.UTC(2026, 2, 1));
    expect(momentOf(NOW, {}, [], Number.NaN, "9".repeat(400))).toBe(NOW);
  });
});

describe("the readers of single values", () => {
  it("write numbers and truth values out, and skip empty texts", () => {
    expect([textOf(7), textOf(true), textOf(" "), textOf({})]).toEqual([
      "7",
      "true",
      undefined,
      undefined,
    ]);
    expect(firstText("", null, [], 3)).toBe("3");
  });

  it("count whole numbers only", () => {
    expect([
      countOf(3),
      countOf("3"),
      countOf(-1),
      countOf(1.5),
      countOf("x"),
      countOf(1e300),
    ]).toEqual([3, 3, null, null, null, null]);
  });

  it("take web addresses only", () => {
    expect(httpUrl("https://a.example/b?c")).toBe("https://a.example/b?c");
    for (const value of [
      "javascript:alert(1)",
      "//a.example",
      "https://",
      "data:x",
      3,
      `https://a/${"x".repeat(3_000)}`,
    ]) {
      expect(httpUrl(value)).toBeUndefined();
    }
  });
});

describe("restOf", () => {
  it("keeps the fields that nobody named, as long as there is room", () => {
    const record = { known: 1, small: "s", big: "x".repeat(100), nothing: null, late: true };
    expect(restOf(record, new Set(["known"]), 50)).toEqual({ small: "s", late: true });
    expect(restOf({ known: 1 }, new Set(["known"]), 50)).toBeUndefined();
  });
});
