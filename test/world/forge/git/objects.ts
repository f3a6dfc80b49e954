import { rm } from "node:fs/promises";
import path from "node:path";
import { randomUUID } from "node:crypto";
import { EMPTY_TREE, type Git } from "./run";

export type ObjectType = "blob" | "tree" | "commit" | "tag";
export type TreeEntry = {
  mode: string;
  type: "blob" | "tree" | "commit";
  sha: string;
  /** Bytes; null for trees and submodules. */
  size: number | null;
  path: string;
};
/** One change to a tree; `sha: null` takes the path (a file or a whole folder) away. */
export type TreeChange = { path: string; mode: string; sha: string | null };

/** The type of the object with this full id, or null when it does not exist. */
export async function objectType(git: Git, sha: string): Promise<ObjectType | null> {
  if (sha === EMPTY_TREE) return "tree";
  const { text, code } = await git.run(["cat-file", "-t", sha], { okCodes: [1, 128] });
  return code === 0 ? (text.trim() as ObjectType) : null;
}

/** The bytes of a blob, or null when there is no blob with this id. */
export async function readBlob(git: Git, sha: string): Promise<Buffer | null> {
  if ((await objectType(git, sha)) !== "blob") return null;
  return (await git.run(["cat-file", "blob", sha])).stdout;
}

/** Stores a blob and returns its id. */
export async function writeBlob(git: Git, content: Buffer | string): Promise<string> {
  const { text } = await git.run(["hash-object", "-t", "blob", "-w", "--stdin"], {
    input: content,
  });
  return text.trim();
}

/** The entries of a tree, in git's order. With `recursive` the folders themselves are listed too, as GitHub does. */
export async function readTree(git: Git, tree: string, recursive: boolean): Promise<TreeEntry[]> {
  if (tree === EMPTY_TREE) return [];
  const { text } = await git.run(["ls-tree", "-z", "-l", ...(recursive ? ["-r", "-t"] : []), tree]);
  return parseTree(text);
}

function parseTree(text: string): TreeEntry[] {
  return text
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", type = "", sha = "", size = "-"] = line.slice(0, tab).split(/ +/);
      return {
        mode,
        type: type as TreeEntry["type"],
        sha,
        size: size === "-" ? null : Number(size),
        path: line.slice(tab + 1),
      };
    });
}

/** The entry at a safe, non-empty path of a commit or tree, or null. Folders are entries too. */
export async function entryAt(git: Git, treeish: string, at: string): Promise<TreeEntry | null> {
  const { text } = await git.run(["ls-tree", "-z", "-l", "--full-tree", treeish, "--", at]);
  return parseTree(text).find((entry) => entry.path === at) ?? null;
}

/** A change named a path to delete that the base tree does not have. */
export class NoSuchPathError extends Error {}

/**
 * Applies changes to a tree (null: the empty one) in a private index and returns the new tree's id. Paths must be safe
 * and objects must exist. Throws `NoSuchPathError` for a deletion of nothing.
 */
export async function changeTree(
  git: Git,
  base: string | null,
  changes: TreeChange[],
): Promise<string> {
  const index = path.join(git.dir, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    await git.run(base && base !== EMPTY_TREE ? ["read-tree", base] : ["read-tree", "--empty"], {
      env,
    });
    for (const change of changes) {
      if (change.sha === null || change.mode === "040000") {
        await removeFromIndex(git, env, change.path, change.sha === null);
      }
      if (change.sha === null) continue;
      if (change.mode === "040000") {
        if (change.sha === EMPTY_TREE) continue;
        await git.run(["read-tree", "-i", `--prefix=${change.path}/`, change.sha], { env });
        continue;
      }
      await git.run(["update-index", "-z", "--index-info"], {
        env,
        input: `${change.mode} ${change.sha}\t${change.path}\0`,
      });
    }
    return (await git.run(["write-tree"], { env })).text.trim();
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

async function removeFromIndex(
  git: Git,
  env: Record<string, string>,
  at: string,
  mustExist: boolean,
): Promise<void> {
  const { text } = await git.run(["ls-files", "-z", "--", at], { env });
  const files = text.split("\0").filter((file) => file !== "");
  if (files.length === 0 && mustExist) throw new NoSuchPathError(at);
  const input = files.map((file) => `0 ${"0".repeat(40)}\t${file}\0`).join("");
  if (input) await git.run(["update-index", "-z", "--index-info"], { env, input });
}
