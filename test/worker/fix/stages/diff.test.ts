import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRaw } from "../../../../worker/fix/stages/collect";
import { DIFF, readDiff } from "../../../../worker/fix/stages/diff";
import { checkScope } from "../../../../worker/fix/stages/scope";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "soulcaster-diff-"));
  git("init", "-q");
  git("config", "core.protectNTFS", "false");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function git(...args: string[]): string {
  const names = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...names, ...args], { cwd: folder, encoding: "utf8" });
}

type Tree = Record<string, string>;

/** The change from one tree to the other, as the stage `collect` asks git for it. */
function changeOf(before: Tree, after: Tree) {
  git("rm", "-rfq", "--ignore-unmatch", ".");
  write(before);
  git("commit", "-qm", "base", "--allow-empty");
  git("tag", "-f", "base");
  git("rm", "-rfq", "--ignore-unmatch", ".");
  write(after);
  const words = DIFF.split(" ").slice(1);
  const files = parseRaw(git(...words, "--raw", "-z", "--abbrev=64", "base"));
  return { files, patch: git(...words, "--binary", "base") };
}

function write(tree: Tree): void {
  for (const [name, text] of Object.entries(tree)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  git("add", "-A", "-f");
}

/** Names as no one would choose them: quotes, spaces, octal escapes of git, other scripts. */
const name = fc
  .array(
    fc.constantFrom("a", "b", " ", '"', "'", "\\", "é", "文", "\t", "-", "diff --git a", ".x"),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => `f${parts.join("")}`);
const line = fc.oneof(
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll("\0", "").replaceAll("\n", "")),
  fc.constantFrom(
    "diff --git a/x b/x",
    "@@ -1 +1 @@",
    "--- a/x",
    "+++ b/x",
    "-x",
    "+x",
    "\r",
    "a\rdiff --git a/x b/x",
    "\u2028diff --git a/x b/x",
    "GIT binary patch",
    "\\ No newline at end of file",
    "",
  ),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 6 }), fc.boolean())
  .map(([lines, ends]) => lines.join("\n") + (ends ? "\n" : ""));
const tree = fc.dictionary(name, text, { maxKeys: 4 });

describe("git's diff, read file by file", () => {
  it("holds for each file the lines that it gains and loses, whatever names and lines say", () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        const { files, patch } = changeOf(before, after);
        const diffs = readDiff(files, patch);
        expect(diffs?.map(({ file }) => file.path)).toEqual(files.map((file) => file.path));
        for (const { file, added, removed, binary } of diffs ?? []) {
          if (binary) continue;
          const was = linesOf(before[file.path]);
          const is = linesOf(after[file.path]);
          // What stays is the same from both sides.
          expect(minus(is, added)).toEqual(minus(was, removed));
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it("reads renames, copies, modes, missing line ends and CRLF as plain changes", () => {
    const { files, patch } = changeOf(
      { "old.js": "a\nb\nc\n", "crlf.js": "a\r\nb\r\n", "end.js": "a" },
      { "new.js": "a\nb\nc\n", "copy.js": "a\nb\nc\n", "crlf.js": "a\r\nc\r\n", "end.js": "a\n" },
    );
    expect(
      readDiff(files, patch)?.map(({ file, added, removed }) => [
        file.path,
        file.status,
        added,
        removed,
      ]),
    ).toEqual([
      ["copy.js", "added", ["a", "b", "c"], []],
      ["crlf.js", "modified", ["c\r"], ["b\r"]],
      ["end.js", "modified", ["a"], ["a"]],
      ["new.js", "added", ["a", "b", "c"], []],
      ["old.js", "deleted", [], ["a", "b", "c"]],
    ]);
    chmodSync(path.join(folder, "end.js"), 0o755);
    git("add", "-A");
    const words = DIFF.split(" ").slice(1);
    const raw = parseRaw(git(...words, "--raw", "-z", "--abbrev=64", "base"));
    expect(raw.find((file) => file.path === "end.js")?.mode).toBe("100755");
  });

  it("refuses links, links that were files, submodules and binary files as git tells them", () => {
    changeOf({ "a.js": "a\n", "b.png": "x\n" }, { "b.png": "\0\u0001" });
    symlinkSync("/etc/passwd", path.join(folder, "a.js"));
    git("add", "-A");
    git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},vendor/lib`);
    const words = DIFF.split(" ").slice(1);
    const files = parseRaw(git(...words, "--raw", "-z", "--abbrev=64", "base"));
    const reasons = checkScope(files, git(...words, "--binary", "base"), null).join("; ");
    expect(reasons).toContain('"a.js" is a symbolic link');
    expect(reasons).toContain('"vendor/lib" is a submodule');
    const { files: only, patch } = changeOf({ "b.png": "x\n" }, { "b.png": "\0\u0001" });
    expect(checkScope(only, patch, null)).toEqual(["it contains a binary file"]);
    git("rm", "-rfq", "--cached", ".");
  });
});

function linesOf(content: string | undefined): string[] {
  if (!content) return [];
  const lines = content.split("\n");
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function minus(all: string[], some: string[]): string[] {
  const rest = [...some];
  return all
    .filter((one) => {
      const at = rest.indexOf(one);
      if (at >= 0) rest.splice(at, 1);
      return at < 0;
    })
    .toSorted();
}
