import { describe, expect, it } from "vitest";
import { pullLabel, safeUrl } from "../../../web/app/lib/safe-url";

describe("links out of hostile text", () => {
  it.each(["https://example.com/a?b=1", "http://127.0.0.1:3000/x/pull/3"])(
    "lets %s through",
    (url) => {
      expect(safeUrl(url)).toBe(url);
    },
  );

  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//example.com",
    "https://user:password@example.com/",
    "not a url",
    "",
  ])("does not link %j", (url) => {
    expect(safeUrl(url)).toBeNull();
  });

  it("names a pull request by its number, else by its host", () => {
    expect(pullLabel("https://github.com/o/r/pull/12")).toBe("#12");
    expect(pullLabel("https://forge.example/changes/abc")).toBe("forge.example");
  });
});
