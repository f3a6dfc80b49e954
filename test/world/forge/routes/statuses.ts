import { Hono } from "hono";
import { z } from "zod";
import { unprocessable } from "../errors";
import { iso, nodeId, type Forge, type Json } from "../forge";
import { readCommit } from "../git/commits";
import { isSha } from "../git/names";
import { readBody, requirePush, type ForgeEnv } from "../http";
import type { RepoState, StatusRecord } from "../state";
import { apiUrl, commitView, repoView, userView } from "../views";

const statusBody = z.object({
  state: z.enum(["error", "failure", "pending", "success"]),
  context: z.string().min(1).default("default"),
  description: z.string().max(140).nullish(),
  target_url: z.url({ protocol: /^https?$/ }).nullish(),
});

/** Commit statuses; every one is kept, the last of each context counts. */
export function statusRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>().post("/statuses/:sha", async (c) => {
    const repo = c.get("repo");
    const login = requirePush(c);
    const sha = c.req.param("sha");
    const body = await readBody(c, statusBody);
    const commit = isSha(sha) ? await readCommit(forge.git(repo), sha) : null;
    if (!commit) throw unprocessable(`No commit found for SHA: ${sha}`);
    const status: StatusRecord = {
      id: forge.nextId(),
      sha,
      state: body.state,
      context: body.context,
      description: body.description ?? null,
      targetUrl: body.target_url ?? null,
      creator: login.login,
      createdAt: forge.now(),
    };
    repo.statuses.push(status);
    await forge.announce(repo, "status", login.login, () => ({
      ...statusView(forge, repo, status),
      sha,
      name: `${repo.owner}/${repo.name}`,
      commit: commitView(forge, repo, commit),
      branches: [],
    }));
    await forge.commit();
    return c.json(statusView(forge, repo, status), 201);
  });
}

function statusView(forge: Forge, repo: RepoState, status: StatusRecord): Json {
  return {
    url: `${apiUrl(forge, repo)}/statuses/${status.sha}`,
    id: status.id,
    node_id: nodeId("Status", status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: iso(status.createdAt),
    updated_at: iso(status.createdAt),
    creator: userView(forge, status.creator),
  };
}

/** All statuses of a commit, newest first. */
export function statusesOf(forge: Forge, repo: RepoState, sha: string): Json[] {
  return repo.statuses
    .filter((one) => one.sha === sha)
    .toReversed()
    .map((one) => statusView(forge, repo, one));
}

/** The combined status: `failure` beats `pending` beats `success`; with no status at all it is `pending`. */
export function combinedStatus(forge: Forge, repo: RepoState, sha: string): Json {
  const last = new Map<string, StatusRecord>();
  for (const one of repo.statuses) if (one.sha === sha) last.set(one.context, one);
  const states = [...last.values()].map((one) => one.state);
  const failed = states.some((state) => state === "failure" || state === "error");
  const passed = states.length > 0 && states.every((state) => state === "success");
  return {
    state: failed ? "failure" : passed ? "success" : "pending",
    statuses: [...last.values()].map((one) => statusView(forge, repo, one)),
    sha,
    total_count: last.size,
    repository: repoView(forge, repo),
    url: `${apiUrl(forge, repo)}/commits/${sha}/status`,
  };
}
