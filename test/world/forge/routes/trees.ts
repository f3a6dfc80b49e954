import { Hono } from "hono";
import { z } from "zod";
import { notFound, unprocessable } from "../errors";
import type { Forge, Json } from "../forge";
import { readCommit } from "../git/commits";
import { isSafePath, isSha } from "../git/names";
import {
  changeTree,
  NoSuchPathError,
  objectType,
  readTree,
  writeBlob,
  type TreeChange,
} from "../git/objects";
import { resolveCommit } from "../git/refs";
import { GitError, type Git } from "../git/run";
import { readBody, requirePush, type ForgeEnv } from "../http";
import type { RepoState } from "../state";
import { apiUrl, treeEntryView } from "../views";

const DOCS = "/git/trees#create-a-tree";
const treeBody = z.object({
  base_tree: z.string().optional(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.enum(["100644", "100755", "040000", "160000", "120000"]).default("100644"),
      type: z.enum(["blob", "tree", "commit"]).optional(),
      sha: z.string().nullable().optional(),
      content: z.string().optional(),
    }),
  ),
});

/** Trees, read by id, branch or commit, and built on one another. */
export function treeRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .post("/git/trees", async (c) => {
      requirePush(c);
      const sha = await buildTree(forge.git(c.get("repo")), await readBody(c, treeBody));
      return c.json(await treeView(forge, c.get("repo"), sha, false), 201);
    })
    .get("/git/trees/:ref{.+}", async (c) => {
      const tree = await treeOf(forge.git(c.get("repo")), c.req.param("ref"));
      if (!tree) throw notFound();
      // GitHub takes any value of `recursive`, also "0" and "false", for yes.
      return c.json(await treeView(forge, c.get("repo"), tree, !!c.req.query("recursive")));
    });
}

/** A tree by its own id, or that of a commit or branch. */
async function treeOf(git: Git, name: string): Promise<string | null> {
  if (isSha(name) && (await objectType(git, name)) === "tree") return name;
  const sha = await resolveCommit(git, name);
  return sha ? ((await readCommit(git, sha))?.tree ?? null) : null;
}

async function treeView(
  forge: Forge,
  repo: RepoState,
  sha: string,
  recursive: boolean,
): Promise<Json> {
  const entries = await readTree(forge.git(repo), sha, recursive);
  const limit = forge.settings.treeLimit;
  return {
    sha,
    url: `${apiUrl(forge, repo)}/git/trees/${sha}`,
    tree: entries.slice(0, limit).map((entry) => treeEntryView(forge, repo, entry)),
    truncated: entries.length > limit,
  };
}

async function buildTree(git: Git, body: z.output<typeof treeBody>): Promise<string> {
  const base = body.base_tree === undefined ? null : await treeOf(git, body.base_tree);
  if (body.base_tree !== undefined && !base) {
    throw unprocessable("base_tree is not a valid tree oid", DOCS);
  }
  const changes: TreeChange[] = [];
  for (const entry of body.tree) changes.push(await toChange(git, entry));
  try {
    return await changeTree(git, base, changes);
  } catch (error) {
    if (error instanceof NoSuchPathError || error instanceof GitError) {
      throw unprocessable("GitRPC::BadObjectState", DOCS);
    }
    throw error;
  }
}

async function toChange(
  git: Git,
  entry: z.output<typeof treeBody>["tree"][number],
): Promise<TreeChange> {
  const { path, mode } = entry;
  if (!isSafePath(path)) throw unprocessable("tree.path contains a malformed path component");
  if (entry.content !== undefined && entry.sha === undefined) {
    if (mode === "040000" || mode === "160000") {
      throw unprocessable("tree.content can only be given for a blob");
    }
    return { path, mode, sha: await writeBlob(git, entry.content) };
  }
  if (entry.sha === undefined) throw unprocessable("Must supply either tree.sha or tree.content");
  if (entry.sha === null) return { path, mode, sha: null };
  const expected = mode === "040000" ? "tree" : mode === "160000" ? "commit" : "blob";
  if (!isSha(entry.sha)) throw unprocessable(`tree.sha ${entry.sha} is not a valid ${expected}`);
  // A submodule's commit lies in another repository.
  if (expected !== "commit" && (await objectType(git, entry.sha)) !== expected) {
    throw unprocessable(`tree.sha ${entry.sha} is not a valid ${expected}`);
  }
  return { path, mode, sha: entry.sha };
}
