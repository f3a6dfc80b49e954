import { spawnSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSafeBranch, isSafePath, isSafeRepoName } from "./git/names";

const piece = fc.constantFrom(
  "a",
  "Z",
  "/",
  ".",
  "..",
  "-",
  "@",
  "@{",
  "{",
  "~",
  "^",
  ":",
  "?",
  "*",
  "[",
  "\\",
  " ",
  "\t",
  "\u007f",
  ".lock",
  "ü",
  "HEAD",
  "refs",
  "heads",
);

describe("names that may reach git", () => {
  it("are branches only when git itself says so", () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const name = pieces.join("");
        const known = spawnSync("git", ["check-ref-format", `refs/heads/${name}`]).status === 0;
        if (isSafeBranch(name)) expect(known).toBe(true);
        else if (known) expect(name).toMatch(/^-|^HEAD$|^@$/);
      }),
      { numRuns: 150 },
    );
  });

  it("never leave the tree they are in", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(piece, fc.constant("\0")) }), (name) => {
        if (!isSafePath(name)) return;
        expect(path.posix.join("/root", name).startsWith("/root/")).toBe(true);
        expect(name).not.toContain("\0");
      }),
    );
    expect(isSafePath("src/a b/ü.ts")).toBe(true);
    expect(isSafePath(".github/workflows/x.yml")).toBe(true);
  });

  it("are repositories only of plain letters", () => {
    for (const good of ["shop", "a.b-c_d", "A1"]) expect(isSafeRepoName(good)).toBe(true);
    for (const bad of ["", ".", "..", "-x", ".hidden", "a/b", "a\0", "x.git", "ü", "a b"]) {
      expect(isSafeRepoName(bad)).toBe(false);
    }
  });
});
