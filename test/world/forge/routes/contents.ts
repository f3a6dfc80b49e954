import { Hono } from "hono";
import { z } from "zod";
import { ForgeError, notFound, unprocessable } from "../errors";
import type { Forge, Json } from "../forge";
import { readCommit, writeCommit } from "../git/commits";
import { isSafeBranch, isSafePath } from "../git/names";
import { changeTree, entryAt, readBlob, readTree, writeBlob, type TreeEntry } from "../git/objects";
import { readRef, resolveCommit } from "../git/refs";
import { readBody, requirePush, wants, type ForgeContext, type ForgeEnv } from "../http";
import type { RepoState } from "../state";
import { applyRef } from "../verbs/refs";
import { apiUrl, encodePath, gitCommitView, htmlUrl } from "../views";
import { personBody, RAW_HEADERS, toPerson, wrapBase64 } from "./git-data";

/** Beyond this a file's content is only given raw, as on GitHub. */
const INLINE_LIMIT = 1024 * 1024;

const changeBody = z.object({
  message: z.string(),
  sha: z.string().optional(),
  branch: z.string().optional(),
  author: personBody.optional(),
  committer: personBody.optional(),
});
const putBody = changeBody.extend({ content: z.base64() });

/** Files and folders by path. */
export function contentsRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/contents", (c) => read(c, forge, ""))
    .get("/contents/", (c) => read(c, forge, ""))
    .get("/contents/:path{.+}", (c) => read(c, forge, c.req.param("path")))
    .put("/contents/:path{.+}", async (c) => {
      requirePush(c);
      const body = await readBody(c, putBody);
      return write(c, forge, body, Buffer.from(body.content, "base64"));
    })
    .delete("/contents/:path{.+}", async (c) => {
      requirePush(c);
      return write(c, forge, await readBody(c, changeBody), null);
    });
}

async function read(c: ForgeContext, forge: Forge, given: string): Promise<Response> {
  const repo = c.get("repo");
  const git = forge.git(repo);
  const ref = c.req.query("ref") || repo.defaultBranch;
  const path = given.replace(/\/+$/, "");
  const sha = await resolveCommit(git, ref);
  if (!sha) throw notFound(`No commit found for the ref ${ref}`);
  if (path !== "" && !isSafePath(path)) throw notFound();
  const entry = path === "" ? null : await entryAt(git, sha, path);
  if (path !== "" && !entry) throw notFound();
  if (!entry || entry.type === "tree") {
    const tree = entry ? entry.sha : `${sha}^{tree}`;
    const inside = (name: string) => (path === "" ? name : `${path}/${name}`);
    const entries = await readTree(git, tree, false);
    return c.json(
      entries.map((one) => entryView(forge, repo, { ...one, path: inside(one.path) }, ref)),
    );
  }
  const bytes = entry.type === "blob" ? await readBlob(git, entry.sha) : null;
  if (!bytes) return c.json(entryView(forge, repo, entry, ref));
  if (wants(c, "raw")) return c.body(new Uint8Array(bytes), 200, RAW_HEADERS);
  if (entry.mode === "120000") {
    return c.json({ ...entryView(forge, repo, entry, ref), target: bytes.toString("utf8") });
  }
  const small = bytes.length <= INLINE_LIMIT;
  return c.json({
    ...entryView(forge, repo, entry, ref),
    content: small ? wrapBase64(bytes) : "",
    encoding: small ? "base64" : "none",
  });
}

function entryView(forge: Forge, repo: RepoState, entry: TreeEntry, ref: string): Json {
  const kinds = { blob: "file", tree: "dir", commit: "submodule" } as const;
  const type = entry.mode === "120000" ? "symlink" : kinds[entry.type];
  const at = encodePath(entry.path);
  const self = `${apiUrl(forge, repo)}/contents/${at}?ref=${encodeURIComponent(ref)}`;
  const web = htmlUrl(forge, repo);
  const dir = type === "dir";
  const html = `${web}/${dir ? "tree" : "blob"}/${encodePath(ref)}/${at}`;
  const data = `${apiUrl(forge, repo)}/git/${dir ? "trees" : "blobs"}/${entry.sha}`;
  return {
    name: entry.path.split("/").at(-1),
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url: self,
    html_url: html,
    git_url: data,
    download_url: dir ? null : `${web}/raw/${encodePath(ref)}/${at}`,
    type,
    _links: { self, git: data, html },
  };
}

async function write(
  c: ForgeContext,
  forge: Forge,
  body: z.output<typeof changeBody>,
  content: Buffer | null,
): Promise<Response> {
  const login = requirePush(c);
  const repo = c.get("repo");
  const git = forge.git(repo);
  const path = c.req.param("path") ?? "";
  if (!isSafePath(path)) throw unprocessable("path contains a malformed path component");
  const branch = body.branch ?? repo.defaultBranch;
  const ref = `refs/heads/${branch}`;
  const head = isSafeBranch(branch) ? await readRef(git, ref) : null;
  const tip = head ? await readCommit(git, head) : null;
  if (!head || !tip) throw notFound(`Branch ${branch} not found`);
  const old = await entryAt(git, head, path);
  checkSha(path, old, body.sha, content === null);
  const blob = content ? await writeBlob(git, content) : null;
  const mode = old?.type === "blob" ? old.mode : "100644";
  const tree = await changeTree(git, tip.tree, [{ path, mode, sha: blob }]);
  const author = toPerson(body.author ?? body.committer, login, forge.now());
  const committer = body.committer ? toPerson(body.committer, login, forge.now()) : author;
  const commit = { tree, parents: [head], author, committer, message: body.message };
  const sha = await writeCommit(git, commit);
  await applyRef(forge, repo, { ref, before: head, after: sha }, login);
  await forge.commit();
  const entry = content ? await entryAt(git, sha, path) : null;
  return c.json(
    {
      content: entry && entryView(forge, repo, entry, branch),
      commit: gitCommitView(forge, repo, { ...commit, sha }),
    },
    old ? 200 : 201,
  );
}

function checkSha(
  path: string,
  old: TreeEntry | null,
  given: string | undefined,
  removing: boolean,
): void {
  if (removing && !old) throw notFound();
  if (old?.type === "tree") throw unprocessable(`${path} is a directory`);
  if (old && given === undefined) throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
  if (given !== undefined && given !== old?.sha) {
    throw new ForgeError(409, `${path} does not match ${given}`);
  }
}
