import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { Hono } from "hono";
import { notFound } from "../errors";
import type { Forge } from "../forge";
import { resolveCommit } from "../git/refs";
import { gitEnvironment } from "../git/run";
import { openRepo, type ForgeContext, type ForgeEnv } from "../http";

/** `tarball/{ref}`: a redirect, as GitHub answers, to where `codeloadRoutes` streams it. */
export function archiveRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/tarball", (c) => redirect(c, forge, c.get("repo").defaultBranch))
    .get("/tarball/:ref{.+}", (c) => redirect(c, forge, c.req.param("ref")));
}

async function redirect(c: ForgeContext, forge: Forge, ref: string): Promise<Response> {
  const repo = c.get("repo");
  const sha = await resolveCommit(forge.git(repo), ref);
  if (!sha) throw notFound();
  return c.redirect(`${forge.origin}/${repo.owner}/${repo.name}/legacy.tar.gz/${sha}`, 302);
}

/** What codeload.github.com does: `git archive`, all files under `<owner>-<repo>-<sha7>/`. */
export function codeloadRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>().get(
    "/:owner/:repo/legacy.tar.gz/:ref{.+}",
    openRepo(forge),
    async (c) => {
      const repo = c.get("repo");
      const git = forge.git(repo);
      const sha = await resolveCommit(git, c.req.param("ref"));
      if (!sha) throw notFound();
      const name = `${repo.owner}-${repo.name}-${sha.slice(0, 7)}`;
      const child = spawn(
        "git",
        [`--git-dir=${git.dir}`, "archive", "--format=tar.gz", `--prefix=${name}/`, sha],
        { env: gitEnvironment(), stdio: ["ignore", "pipe", "ignore"] },
      );
      child.on("error", (error) => child.stdout.destroy(error));
      child.stdout.on("close", () => child.kill());
      return new Response(Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>, {
        headers: {
          "content-type": "application/x-gzip",
          "content-disposition": `attachment; filename=${name}.tar.gz`,
          "x-content-type-options": "nosniff",
        },
      });
    },
  );
}
