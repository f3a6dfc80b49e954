import { Hono } from "hono";
import { z } from "zod";
import { notFound, unprocessable } from "../errors";
import type { Forge, Json, Login } from "../forge";
import { parseDate, readCommit, writeCommit, type GitPerson } from "../git/commits";
import { isSha } from "../git/names";
import { objectType, readBlob, writeBlob } from "../git/objects";
import type { Git } from "../git/run";
import { readBody, requirePush, wants, type ForgeEnv } from "../http";
import type { RepoState } from "../state";
import { apiUrl, gitCommitView } from "../views";

const blobBody = z.object({
  content: z.string(),
  encoding: z.enum(["utf-8", "base64"]).default("utf-8"),
});
export const personBody = z.object({
  name: z.string().min(1),
  email: z.string().min(1),
  date: z.iso.datetime({ offset: true }).optional(),
});
const commitBody = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: personBody.optional(),
  committer: personBody.optional(),
});

/** Blobs and commits. */
export function gitDataRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .post("/git/blobs", async (c) => {
      requirePush(c);
      const { content, encoding } = await readBody(c, blobBody);
      const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
      const sha = await writeBlob(forge.git(c.get("repo")), bytes);
      return c.json({ sha, url: `${apiUrl(forge, c.get("repo"))}/git/blobs/${sha}` }, 201);
    })
    .get("/git/blobs/:sha", async (c) => {
      const sha = requireSha(c.req.param("sha"));
      const bytes = await readBlob(forge.git(c.get("repo")), sha);
      if (!bytes) throw notFound();
      if (wants(c, "raw")) return c.body(new Uint8Array(bytes), 200, RAW_HEADERS);
      return c.json({
        sha,
        size: bytes.length,
        url: `${apiUrl(forge, c.get("repo"))}/git/blobs/${sha}`,
        content: wrapBase64(bytes),
        encoding: "base64",
      });
    })
    .post("/git/commits", async (c) => {
      const login = requirePush(c);
      const body = await readBody(c, commitBody);
      const git = forge.git(c.get("repo"));
      if (!isSha(body.tree) || (await objectType(git, body.tree)) !== "tree") {
        throw unprocessable("Tree SHA does not exist", "/git/commits#create-a-commit");
      }
      for (const parent of body.parents) {
        if (!isSha(parent) || (await objectType(git, parent)) !== "commit") {
          throw unprocessable("Parent SHA does not exist or is not a commit object");
        }
      }
      const author = toPerson(body.author, login, forge.now());
      const committer = body.committer ? toPerson(body.committer, login, forge.now()) : author;
      const { message, tree, parents } = body;
      const sha = await writeCommit(git, { message, tree, parents, author, committer });
      return c.json(await gitCommit(forge, git, sha, c.get("repo")), 201);
    })
    .get("/git/commits/:sha", async (c) => {
      const sha = requireSha(c.req.param("sha"));
      return c.json(await gitCommit(forge, forge.git(c.get("repo")), sha, c.get("repo")));
    });
}

export const RAW_HEADERS = {
  "content-type": "application/vnd.github.raw; charset=utf-8",
  "x-content-type-options": "nosniff",
};

/** Base64 in lines of 60, as GitHub sends it. */
export function wrapBase64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/(.{1,60})/g, "$1\n");
}

/** Fills in what a caller left out: the caller's own name and the time now. */
export function toPerson(
  body: z.output<typeof personBody> | undefined,
  login: Login,
  now: number,
): GitPerson {
  const when = body?.date ? parseDate(body.date) : { time: Math.floor(now / 1000), zone: "+0000" };
  return { name: body?.name ?? login.name, email: body?.email ?? login.email, ...when };
}

function requireSha(sha: string): string {
  if (isSha(sha)) return sha;
  throw unprocessable("The sha parameter must be exactly 40 characters and contain only [0-9a-f].");
}

async function gitCommit(forge: Forge, git: Git, sha: string, repo: RepoState): Promise<Json> {
  const commit = await readCommit(git, sha);
  if (!commit) throw notFound();
  return gitCommitView(forge, repo, commit);
}
