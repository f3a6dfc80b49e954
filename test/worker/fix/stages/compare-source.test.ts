import { describe, expect, it } from "vitest";
import { sourceNotes } from "../../../../worker/fix/stages/compare-source";

const sha = (digit: string) => digit.repeat(40);
const file = (path: string, digit: string, mode = "100644", size = 130) => ({
  path,
  mode,
  sha: sha(digit),
  size,
});
const line = (path: string, digit: string) => `100644 blob ${sha(digit)}\t${path}`;

describe("what was unpacked, beside the commit's tree", () => {
  it("says nothing where they are the same, whatever the names are", () => {
    const tree = [file("a b.js", "1"), file("src/\n.js", "2"), file("run.sh", "3", "100755")];
    const unpacked = [line("a b.js", "1"), line("src/\n.js", "2"), line("run.sh", "3")];
    expect(sourceNotes(tree, { unpacked, pointers: [] })).toEqual({ flags: [], strange: false });
  });

  it("tells of submodules, of Git LFS, and of what the host leaves out or changes", () => {
    const tree = [
      file("a.js", "1"),
      file("b.js", "2"),
      file("test/a.test.js", "3"),
      file("version.txt", "4"),
      file("logo.png", "5"),
      file("docs/lfs.md", "6", "100644", 5_000),
      file("vendor/lib", "7", "160000", 0),
    ];
    const unpacked = [
      line("a.js", "1"),
      line("b.js", "2"),
      line("version.txt", "9"),
      line("logo.png", "5"),
      line("docs/lfs.md", "6"),
    ];
    const pointers = ["base-commit:logo.png", "base-commit:docs/lfs.md"];
    expect(sourceNotes(tree, { unpacked, pointers })).toEqual({
      flags: [
        "Submodules are not part of the source in the sandbox: vendor/lib.",
        "These files lie in Git LFS: the sandbox has their pointers only: logo.png.",
        "The code host leaves these files out of its archive (export-ignore): test/a.test.js.",
        "The code host changes these files in its archive (.gitattributes): version.txt.",
      ],
      strange: false,
    });
  });

  it("is another source where most files differ", () => {
    const tree = [file("a.js", "1"), file("b.js", "2"), file("c.js", "3")];
    const unpacked = [line("a.js", "1"), line("b.js", "9")];
    expect(sourceNotes(tree, { unpacked, pointers: [] }).strange).toBe(true);
  });

  it("names five of many", () => {
    const tree = Array.from({ length: 7 }, (_, i) => file(`m${i}`, "1", "160000", 0));
    const { flags } = sourceNotes(tree, { unpacked: [], pointers: [] });
    expect(flags[0]).toMatch(/: m0, m1, m2, m3, m4 and 2 more\.$/);
  });
});
