import { Hono } from "hono";
import { z } from "zod";
import { invalid } from "../errors";
import type { Forge } from "../forge";
import { listHistory, readCommits } from "../git/commits";
import { diffFiles, diffText, patchText } from "../git/compare";
import {
  pageOf,
  pullOf,
  readBody,
  requirePush,
  wants,
  type ForgeContext,
  type ForgeEnv,
} from "../http";
import { fullPullView, pullView } from "../issue-views";
import type { PullIssue } from "../state";
import { editPull, requestReviewers } from "../verbs/edit-pull";
import { isPull } from "../verbs/issues";
import { pullRange } from "../verbs/pull-range";
import { createPull, mergePull } from "../verbs/pulls";
import { commitView, fileView } from "../views";

const createBody = z.object({
  title: z.string(),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
  draft: z.boolean().optional(),
});
const updateBody = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]).optional(),
  base: z.string().optional(),
});
const mergeBody = z.object({
  merge_method: z.enum(["merge", "squash", "rebase"]).default("merge"),
  sha: z.string().optional(),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
});
const reviewersBody = z.object({ reviewers: z.array(z.string()).default([]) });

/** Pull requests between branches of one repository. */
export function pullRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/pulls", (c) => {
      const repo = c.get("repo");
      return c.json(pageOf(c, forge, select(c)).map((one) => pullView(forge, repo, one)));
    })
    .post("/pulls", async (c) => {
      const login = requirePush(c);
      const body = await readBody(c, createBody);
      if (body.title.trim() === "") {
        throw invalid([{ resource: "PullRequest", code: "missing_field", field: "title" }]);
      }
      const pull = await createPull(forge, c.get("repo"), body, login);
      return c.json(await fullPullView(forge, c.get("repo"), pull), 201);
    })
    .get("/pulls/:number{[0-9]+}", (c) => show(c, forge))
    .patch("/pulls/:number{[0-9]+}", async (c) => {
      const { login } = requirePush(c);
      const issue = pullOf(c);
      await editPull(forge, c.get("repo"), issue, await readBody(c, updateBody), login);
      return c.json(await fullPullView(forge, c.get("repo"), issue));
    })
    .get("/pulls/:number{[0-9]+}/files", async (c) => {
      const git = forge.git(c.get("repo"));
      const range = await pullRange(git, pullOf(c));
      const files = pageOf(c, forge, await diffFiles(git, range.mergeBase, range.head));
      return c.json(files.map((file) => fileView(forge, c.get("repo"), file, range.head)));
    })
    .get("/pulls/:number{[0-9]+}/commits", async (c) => {
      const git = forge.git(c.get("repo"));
      const range = await pullRange(git, pullOf(c));
      const shas = await listHistory(git, { from: range.head, not: range.base });
      const commits = await readCommits(git, pageOf(c, forge, shas.toReversed()));
      return c.json(commits.map((commit) => commitView(forge, c.get("repo"), commit)));
    })
    .get("/pulls/:number{[0-9]+}/merge", (c) => {
      const merged = pullOf(c).pull.mergedAt !== null;
      return merged ? c.body(null, 204) : c.json({ message: "Not Found" }, 404);
    })
    .put("/pulls/:number{[0-9]+}/merge", async (c) => {
      const login = requirePush(c);
      const issue = pullOf(c);
      const body = await readBody(c, mergeBody);
      const input = {
        method: body.merge_method,
        sha: body.sha,
        title: body.commit_title,
        message: body.commit_message,
      };
      const sha = await mergePull(forge, c.get("repo"), issue, input, login);
      return c.json({ sha, merged: true, message: "Pull Request successfully merged" });
    })
    .post("/pulls/:number{[0-9]+}/requested_reviewers", async (c) => {
      const { login } = requirePush(c);
      const issue = pullOf(c);
      const { reviewers } = await readBody(c, reviewersBody);
      await requestReviewers(forge, c.get("repo"), issue, reviewers, login);
      return c.json(pullView(forge, c.get("repo"), issue), 201);
    });
}

/** JSON, or the whole change by the `diff` and `patch` media types. */
async function show(c: ForgeContext, forge: Forge): Promise<Response> {
  const issue = pullOf(c);
  const git = forge.git(c.get("repo"));
  const kind = wants(c, "diff") ? "diff" : wants(c, "patch") ? "patch" : null;
  if (!kind) return c.json(await fullPullView(forge, c.get("repo"), issue));
  const range = await pullRange(git, issue);
  const text = kind === "diff" ? diffText : patchText;
  return c.body(await text(git, range.mergeBase, range.head), 200, {
    "content-type": `application/vnd.github.${kind}; charset=utf-8`,
  });
}

function select(c: ForgeContext): PullIssue[] {
  const { state = "open", head, base, sort, direction } = c.req.query();
  const repo = c.get("repo");
  const key = sort === "updated" ? "updatedAt" : "createdAt";
  const sign = direction === "asc" || (direction !== "desc" && sort && sort !== "created") ? 1 : -1;
  // A `head` without owner filters nothing on GitHub: a trap worth playing.
  const byHead = head?.includes(":") ? head : undefined;
  return repo.issues
    .filter(isPull)
    .filter(
      (one) =>
        (state === "all" || one.state === state) &&
        (byHead === undefined || byHead === `${repo.owner}:${one.pull.head.ref}`) &&
        (base === undefined || one.pull.base.ref === base),
    )
    .toSorted((a, b) => sign * (a[key] - b[key] || a.number - b.number));
}
