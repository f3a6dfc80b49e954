import { describe, expect, it } from "vitest";
import { DEFAULT_KEYWORDS } from "../../../../../worker/domain/polling";
import { speaksOf } from "../../../../../worker/ingest/sources/reddit/filter";

describe("the filter by keywords", () => {
  it.each([
    "Found a BUG",
    "so many bugs!",
    "It doesn’t work",
    "it doesn't\nwork",
    "crashes on start",
    "(broken)",
    "a new feature, please",
    "500 Error",
  ])("finds one in %j", (text) => expect(speaksOf(DEFAULT_KEYWORDS, text)).toBe(true));

  it.each(["I debug a lot", "terrorism", "works fine", "", "unbroken"])(
    "finds none in %j",
    (text) => expect(speaksOf(DEFAULT_KEYWORDS, text)).toBe(false),
  );

  it("lets everything through without keywords, and takes them literally", () => {
    expect(speaksOf([], "anything")).toBe(true);
    expect(speaksOf(["c++ (.*)"], "my C++ (.*) is slow")).toBe(true);
    expect(speaksOf(["c.*"], "crash")).toBe(false);
    expect(speaksOf(["#bug"], "see x#bug")).toBe(true);
    expect(speaksOf(["  "], "anything")).toBe(false);
  });
});
