import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRaw } from "../../../../worker/fix/stages/collect";

const SHA = "a".repeat(40);
const NONE = "0".repeat(40);

describe("the list of changed files", () => {
  it("is read from git's raw form, for every status", () => {
    const raw = [
      `:100644 100644 ${SHA} ${NONE} M`,
      "src/a.js",
      `:000000 100755 ${NONE} ${SHA} A`,
      "bin/run",
      `:100644 000000 ${SHA} ${NONE} D`,
      "old.js",
      `:100644 120000 ${SHA} ${NONE} T`,
      "link",
      "",
    ].join("\0");
    expect(parseRaw(raw)).toEqual([
      { path: "src/a.js", oldMode: "100644", mode: "100644", sha: NONE, status: "modified" },
      { path: "bin/run", oldMode: "000000", mode: "100755", sha: SHA, status: "added" },
      { path: "old.js", oldMode: "100644", mode: "000000", sha: NONE, status: "deleted" },
      { path: "link", oldMode: "100644", mode: "120000", sha: NONE, status: "modified" },
    ]);
    expect(parseRaw("")).toEqual([]);
  });

  it("keeps every path as it is, line breaks and quotes too", () => {
    const path = fc.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), (paths) => {
        const raw = paths.map((one) => `:100644 100644 ${SHA} ${NONE} M\0${one}\0`).join("");
        expect(parseRaw(raw).map((change) => change.path)).toEqual(paths);
      }),
    );
  });

  it("ends the run when the list is something else", () => {
    expect(() => parseRaw("fatal: not a git repository\0x\0")).toThrow(/could not be read/);
  });
});
