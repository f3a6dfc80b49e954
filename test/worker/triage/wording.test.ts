import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isQuotation, wordingOf } from "../../../worker/triage/wording";
import { crash } from "./reports";

function told(type: string, message: string) {
  return wordingOf({ title: "", body: "", crash: crash({ type, message }) });
}

function said(body: string, title = "It fails") {
  return wordingOf({ title, body, crash: null });
}

describe("a text quotes a crash", () => {
  test.each([
    ["RangeError", "Invalid time value", "The export says invalid time value!"],
    [
      "Error",
      "Minified React error #185: Maximum update depth exceeded",
      "console: Maximum update depth exceeded",
    ],
    [
      "TypeError",
      "Cannot read properties of undefined (reading 'total')",
      "It says Cannot read property 'total' of undefined",
    ],
    ["KeyError", "'highlight'", "and then KeyError: 'highlight' in the log"],
  ])("%s: %s", (type, message, text) => {
    expect(isQuotation(told(type, message), said(text))).toBe(true);
    expect(isQuotation(said(text), told(type, message))).toBe(true);
  });

  test.each([
    [
      "another name in the engine's words",
      "TypeError",
      "Cannot read properties of undefined (reading 'total')",
      "Cannot read properties of undefined (reading 'date')",
    ],
    ["one half of a message", "UploadError", "Request entity too large", "The entity too large"],
    [
      "words in another order",
      "RangeError",
      "Invalid time value",
      "The value of the time is invalid",
    ],
    ["what any message could say", "Error", "It could not be", "It could not be"],
    ["an empty message", "Error", "", "anything"],
    ["nothing", "Error", "Invalid time value", ""],
  ])("but not %s", (_, type, message, text) => {
    expect(isQuotation(told(type, message), said(text))).toBe(false);
  });

  test("two texts and two crashes never do", () => {
    expect(isQuotation(said("Invalid time value"), said("Invalid time value"))).toBe(false);
    const one = told("RangeError", "Invalid time value");
    expect(isQuotation(one, one)).toBe(false);
  });

  test("whatever stands around it, and any text has a bounded wording", () => {
    const words = fc.lorem({ maxCount: 60 });
    fc.assert(
      fc.property(words, words, (before, after) => {
        const text = said(`${before}: "Request entity too large". ${after}`);
        return isQuotation(told("UploadError", "Request entity too large"), text);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20_000 }), (text) => {
        return said(text).keys.length <= 410 && told("E", text).keys.length <= 40;
      }),
    );
  });
});
