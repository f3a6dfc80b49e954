import type { Git } from "./run";

export type FileChange = {
  sha: string;
  filename: string;
  previousFilename?: string;
  status: "added" | "removed" | "modified" | "renamed" | "changed" | "copied";
  additions: number;
  deletions: number;
  /** The hunks, without header and last line end; absent for binary files and pure renames. */
  patch?: string;
};

const STATUS: Record<string, FileChange["status"]> = {
  A: "added",
  D: "removed",
  M: "modified",
  R: "renamed",
  C: "copied",
  T: "changed",
};
const PLAIN = ["--no-ext-diff", "--no-textconv", "--no-color", "-M"];

/** The unified diff between two trees or commits, as `git diff` prints it. */
export async function diffText(git: Git, base: string, head: string): Promise<string> {
  return (await git.run(["diff", ...PLAIN, "-p", base, head, "--"])).text;
}

/** One mail per commit of `base..head`, as the `.patch` media type gives it. */
export async function patchText(git: Git, base: string, head: string): Promise<string> {
  return (await git.run(["format-patch", "--stdout", "--no-signature", "-M", `${base}..${head}`]))
    .text;
}

/** What changed file by file, in git's order. */
export async function diffFiles(git: Git, base: string, head: string): Promise<FileChange[]> {
  const [{ text: list }, diff] = await Promise.all([
    git.run(["diff", ...PLAIN, "--raw", "--numstat", "--abbrev=40", "-z", base, head, "--"]),
    diffText(git, base, head),
  ]);
  const files = parseList(list);
  // Split at line feeds only: a carriage return or U+2028 in a file's own text must not look like a new section.
  const sections = `\n${diff}`.split("\ndiff --git ").slice(1);
  for (const file of files) {
    // A change of type (file to symlink) is printed as a deletion and an addition.
    const parts = sections.splice(0, file.status === "changed" ? 2 : 1);
    const hunks = parts.flatMap((part) => {
      const start = part.indexOf("\n@@ ");
      return start < 0 ? [] : [part.slice(start + 1).replace(/\n$/, "")];
    });
    if (hunks.length > 0) file.patch = hunks.join("\n");
  }
  return files;
}

/** Reads `--raw --numstat -z`: first a `:` record per file, then the counts in the same order. */
function parseList(list: string): FileChange[] {
  const fields = list.split("\0");
  const files: FileChange[] = [];
  let at = 0;
  while (fields[at]?.startsWith(":")) {
    const [, , oldSha = "", newSha = "", code = "M"] = (fields[at] ?? "").split(" ");
    const status = STATUS[code.charAt(0)] ?? "modified";
    const first = fields[at + 1] ?? "";
    const moved = status === "renamed" || status === "copied";
    files.push({
      sha: status === "removed" ? oldSha : newSha,
      filename: moved ? (fields[at + 2] ?? "") : first,
      ...(moved ? { previousFilename: first } : {}),
      status,
      additions: 0,
      deletions: 0,
    });
    at += moved ? 3 : 2;
  }
  for (const file of files) {
    const [added = "0", deleted = "0"] = (fields[at] ?? "").split("\t");
    file.additions = Number(added) || 0;
    file.deletions = Number(deleted) || 0;
    at += file.previousFilename === undefined ? 1 : 3;
  }
  return files;
}

/** The best common ancestor of two commits, or null when they share no history. */
export async function mergeBase(git: Git, one: string, other: string): Promise<string | null> {
  const { text, code } = await git.run(["merge-base", one, other], { okCodes: [1] });
  return code === 0 ? text.trim() : null;
}

/** Whether `older` is `newer` or one of its ancestors. */
export async function isAncestor(git: Git, older: string, newer: string): Promise<boolean> {
  return (
    (await git.run(["merge-base", "--is-ancestor", older, newer], { okCodes: [1] })).code === 0
  );
}

/** How many commits `head` has that `base` lacks, and the reverse. */
export async function aheadBehind(
  git: Git,
  base: string,
  head: string,
): Promise<{ ahead: number; behind: number }> {
  const { text } = await git.run(["rev-list", "--left-right", "--count", `${base}...${head}`]);
  const [behind, ahead] = text.trim().split("\t").map(Number);
  return { ahead: ahead ?? 0, behind: behind ?? 0 };
}

/** The tree of merging `head` into `base`, or null when they conflict or share no history. */
export async function mergeTree(git: Git, base: string, head: string): Promise<string | null> {
  const { text, code } = await git.run(
    ["merge-tree", "--write-tree", "--no-messages", base, head],
    {
      okCodes: [1, 128],
    },
  );
  return code === 0 ? (text.split("\n")[0] ?? null) : null;
}
