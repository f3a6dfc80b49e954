import { Hono } from "hono";
import { z } from "zod";
import { notFound, unprocessable } from "../errors";
import type { Forge, Json } from "../forge";
import { isAncestor } from "../git/compare";
import { isSha, isWritableRef } from "../git/names";
import { objectType } from "../git/objects";
import { listRefs, readRef, type GitRef } from "../git/refs";
import { ZERO_SHA } from "../git/run";
import { readBody, requirePush, type ForgeContext, type ForgeEnv } from "../http";
import type { RepoState } from "../state";
import { applyRef } from "../verbs/refs";
import { apiUrl, encodePath } from "../views";

const CREATE_DOCS = "/git/refs#create-a-reference";
const UPDATE_DOCS = "/git/refs#update-a-reference";
const createBody = z.object({ ref: z.string(), sha: z.string() });
const updateBody = z.object({ sha: z.string(), force: z.boolean().default(false) });

/** Branches and tags as git refs; names may hold slashes. */
export function refRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/git/ref/:ref{.+}", async (c) => {
      const found = await findRef(c, forge);
      if (!found) throw notFound();
      return c.json(refView(forge, c.get("repo"), found));
    })
    .get("/git/matching-refs/:ref{.+}", async (c) => {
      const prefix = `refs/${c.req.param("ref")}`;
      const refs = await listRefs(forge.git(c.get("repo")));
      const matching = refs.filter((one) => one.ref.startsWith(prefix));
      return c.json(matching.map((one) => refView(forge, c.get("repo"), one)));
    })
    .post("/git/refs", async (c) => {
      const login = requirePush(c);
      const { ref, sha } = await readBody(c, createBody);
      const repo = c.get("repo");
      const git = forge.git(repo);
      if (!isWritableRef(ref)) throw unprocessable(`${ref} is not a valid ref name.`, CREATE_DOCS);
      await requireCommit(forge, repo, sha);
      if (await readRef(git, ref)) throw unprocessable("Reference already exists", CREATE_DOCS);
      await applyRef(forge, repo, { ref, before: ZERO_SHA, after: sha }, login);
      await forge.commit();
      return c.json(refView(forge, repo, { ref, sha, type: "commit" }), 201);
    })
    .patch("/git/refs/:ref{.+}", async (c) => {
      const login = requirePush(c);
      const { sha, force } = await readBody(c, updateBody);
      const repo = c.get("repo");
      const found = await findRef(c, forge);
      if (!found) throw unprocessable("Reference does not exist", UPDATE_DOCS);
      await requireCommit(forge, repo, sha);
      if (!force && !(await isAncestor(forge.git(repo), found.sha, sha))) {
        throw unprocessable("Update is not a fast forward", UPDATE_DOCS);
      }
      if (found.sha !== sha) {
        await applyRef(forge, repo, { ref: found.ref, before: found.sha, after: sha }, login);
      }
      await forge.commit();
      return c.json(refView(forge, repo, { ...found, sha }));
    })
    .delete("/git/refs/:ref{.+}", async (c) => {
      const login = requirePush(c);
      const repo = c.get("repo");
      const found = await findRef(c, forge);
      if (!found) throw unprocessable("Reference does not exist");
      if (found.ref === `refs/heads/${repo.defaultBranch}`) {
        throw unprocessable("Cannot delete the default branch");
      }
      const change = { ref: found.ref, before: found.sha, after: ZERO_SHA };
      await applyRef(forge, repo, change, login);
      await forge.commit();
      return c.body(null, 204);
    });
}

async function findRef(c: ForgeContext, forge: Forge): Promise<GitRef | null> {
  const ref = `refs/${c.req.param("ref") ?? ""}`;
  if (!isWritableRef(ref)) return null;
  const git = forge.git(c.get("repo"));
  const sha = await readRef(git, ref);
  return sha ? { ref, sha, type: (await objectType(git, sha)) ?? "commit" } : null;
}

async function requireCommit(forge: Forge, repo: RepoState, sha: string): Promise<void> {
  if (isSha(sha) && (await objectType(forge.git(repo), sha)) === "commit") return;
  throw unprocessable("Object does not exist", CREATE_DOCS);
}

function refView(forge: Forge, repo: RepoState, ref: GitRef): Json {
  const url = apiUrl(forge, repo);
  return {
    ref: ref.ref,
    node_id: Buffer.from(`${repo.id}:${ref.ref}`).toString("base64url"),
    url: `${url}/git/${encodePath(ref.ref)}`,
    object: { type: ref.type, sha: ref.sha, url: `${url}/git/${ref.type}s/${ref.sha}` },
  };
}
