import { Hono } from "hono";
import { ForgeError, notFound, unprocessable } from "../errors";
import type { Forge, Json } from "../forge";
import { listHistory, readCommit, readCommits } from "../git/commits";
import { aheadBehind, diffFiles, diffText, mergeBase, patchText } from "../git/compare";
import { isSafeBranch, isSafePath } from "../git/names";
import { listRefs, readRef, resolveCommit } from "../git/refs";
import { EMPTY_TREE } from "../git/run";
import { pageOf, requireLogin, wants, type ForgeContext, type ForgeEnv } from "../http";
import type { RepoState } from "../state";
import {
  apiUrl,
  commitView,
  fileView,
  htmlUrl,
  permissionsView,
  repoView,
  userView,
} from "../views";
import { checkRunsOf } from "./check-runs";
import { combinedStatus, statusesOf } from "./statuses";

/** The repository itself, its branches, history and comparisons. */
export function repoRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/", (c) =>
      c.json({
        ...repoView(forge, c.get("repo")),
        ...(c.get("login") ? { permissions: permissionsView(c.get("login")) } : {}),
      }),
    )
    .get("/branches", async (c) => {
      const refs = await listRefs(forge.git(c.get("repo")));
      const branches = refs.filter((one) => one.ref.startsWith("refs/heads/"));
      return c.json(
        pageOf(c, forge, branches).map(({ ref, sha }) => ({
          name: ref.slice("refs/heads/".length),
          commit: { sha, url: `${apiUrl(forge, c.get("repo"))}/commits/${sha}` },
          protected: false,
        })),
      );
    })
    .get("/branches/:branch{.+}", async (c) => {
      const repo = c.get("repo");
      const name = c.req.param("branch");
      const sha = isSafeBranch(name) ? await readRef(forge.git(repo), `refs/heads/${name}`) : null;
      if (!sha) throw notFound("Branch not found");
      return c.json({ name, commit: await mustCommit(forge, repo, sha), protected: false });
    })
    .get("/collaborators/:login/permission", (c) => {
      requireLogin(c);
      const login = forge.findLogin(c.req.param("login"));
      if (!login) throw notFound();
      return c.json({
        permission: login.permission,
        role_name: login.permission,
        user: { ...userView(forge, login.login), permissions: permissionsView(login) },
      });
    })
    .get("/commits", (c) => history(c, forge))
    .get("/commits/:rest{.+}", (c) => ofCommit(c, forge))
    .get("/compare/:basehead{.+}", (c) => compare(c, forge));
}

async function mustCommit(forge: Forge, repo: RepoState, sha: string): Promise<Json> {
  const commit = await readCommit(forge.git(repo), sha);
  if (!commit) throw unprocessable(`No commit found for SHA: ${sha}`);
  return commitView(forge, repo, commit);
}

async function history(c: ForgeContext, forge: Forge): Promise<Response> {
  const repo = c.get("repo");
  const git = forge.git(repo);
  const path = c.req.query("path");
  if (path && !isSafePath(path)) return c.json([]);
  const from = await resolveCommit(git, c.req.query("sha") ?? repo.defaultBranch);
  if (!from && !c.req.query("sha")) throw new ForgeError(409, "Git Repository is empty.");
  if (!from) throw notFound();
  const shas = pageOf(c, forge, await listHistory(git, { from, path }));
  return c.json((await readCommits(git, shas)).map((one) => commitView(forge, repo, one)));
}

/** `commits/{ref}` and what hangs on it; a ref may hold slashes, so the last part is looked at here. */
async function ofCommit(c: ForgeContext, forge: Forge): Promise<Response> {
  const repo = c.get("repo");
  const git = forge.git(repo);
  const rest = c.req.param("rest") ?? "";
  const [, name = rest, part] = /^(.+)\/(status|statuses|check-runs)$/s.exec(rest) ?? [];
  const sha = await resolveCommit(git, name);
  if (!sha) throw unprocessable(`No commit found for SHA: ${name}`);
  if (part === "status") return c.json(combinedStatus(forge, repo, sha));
  if (part === "statuses") return c.json(pageOf(c, forge, statusesOf(forge, repo, sha)));
  if (part === "check-runs")
    return c.json(checkRunsOf(forge, repo, sha, c.req.query("check_name")));
  const commit = await readCommit(git, sha);
  if (!commit) throw unprocessable(`No commit found for SHA: ${name}`);
  if (wants(c, "sha")) return c.text(sha);
  const parent = commit.parents[0] ?? EMPTY_TREE;
  if (wants(c, "diff")) return c.text(await diffText(git, parent, sha));
  const files = await diffFiles(git, parent, sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return c.json({
    ...commitView(forge, repo, commit),
    stats: { total: additions + deletions, additions, deletions },
    files: files.map((file) => fileView(forge, repo, file, sha)),
  });
}

async function compare(c: ForgeContext, forge: Forge): Promise<Response> {
  const repo = c.get("repo");
  const git = forge.git(repo);
  const basehead = c.req.param("basehead") ?? "";
  const dots = basehead.indexOf("...");
  if (dots < 0) throw notFound();
  const own = (name: string) =>
    name.startsWith(`${repo.owner}:`) ? name.slice(repo.owner.length + 1) : name;
  const base = await resolveCommit(git, own(basehead.slice(0, dots)));
  const head = await resolveCommit(git, own(basehead.slice(dots + 3)));
  if (!base || !head) throw notFound();
  const common = await mergeBase(git, base, head);
  if (!common) throw notFound(`No common ancestor between ${basehead.replace("...", " and ")}.`);
  if (wants(c, "diff")) return c.text(await diffText(git, common, head));
  if (wants(c, "patch")) return c.text(await patchText(git, common, head));
  const { ahead, behind } = await aheadBehind(git, base, head);
  const shas = (await listHistory(git, { from: head, not: base })).toReversed();
  const files = await diffFiles(git, common, head);
  const url = `${htmlUrl(forge, repo)}/compare/${basehead}`;
  return c.json({
    url: `${apiUrl(forge, repo)}/compare/${basehead}`,
    html_url: url,
    permalink_url: url,
    diff_url: `${url}.diff`,
    patch_url: `${url}.patch`,
    base_commit: await mustCommit(forge, repo, base),
    merge_base_commit: await mustCommit(forge, repo, common),
    status: ahead && behind ? "diverged" : ahead ? "ahead" : behind ? "behind" : "identical",
    ahead_by: ahead,
    behind_by: behind,
    total_commits: shas.length,
    commits: (await readCommits(git, pageOf(c, forge, shas))).map((one) =>
      commitView(forge, repo, one),
    ),
    files: files.map((file) => fileView(forge, repo, file, head)),
  });
}
