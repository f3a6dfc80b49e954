import { Hono, type MiddlewareHandler } from "hono";
import { ForgeError, notFound } from "../errors";
import type { Forge, Login } from "../forge";
import { diffText, patchText } from "../git/compare";
import { issueOf, openRepo, pullOf, type ForgeContext, type ForgeEnv } from "../http";
import { addCheckRun } from "../routes/check-runs";
import { addComment, createIssue, isPull, setIssueState } from "../verbs/issues";
import { checkReopen } from "../verbs/edit-pull";
import { pullRange } from "../verbs/pull-range";
import { addReview } from "../verbs/reviews";
import { mergePull, setDraft } from "../verbs/pulls";
import type { RepoState } from "../state";
import { issuePage, pullPage } from "./conversation";
import { html } from "./html";
import { sendPage } from "./layout";
import { repositoriesPage, repositoryPage } from "./repository";
import { commitPage, rawFile, sourcePage } from "./source";

/** The pages for people, and the forms by which a person plays the maintainer. */
export function pageRoutes(forge: Forge): Hono<ForgeEnv> {
  const pages = new Hono<ForgeEnv>();
  pages.onError((error, c) => {
    if (!(error instanceof ForgeError)) throw error;
    const status = error.status === 404 ? 404 : error.status === 403 ? 403 : 409;
    return sendPage(c, error.message, html`<h1>${error.message}</h1>`, status);
  });
  return pages
    .get("/", (c) => repositoriesPage(c, forge))
    .get("/avatars/:file", (c) => avatar(c))
    .use("/:owner/:repo", openRepo(forge))
    .use("/:owner/:repo/play/*", sameOrigin(forge))
    .use("/:owner/:repo/:kind{(pull|issues|commit|blob|tree|raw|play)}/*", openRepo(forge))
    .get("/:owner/:repo", (c) => repositoryPage(c, forge, c.get("repo")))
    .get("/:owner/:repo/pull/:file{[0-9]+\\.(diff|patch)}", (c) => pullText(c, forge))
    .get("/:owner/:repo/pull/:number{[0-9]+}", (c) => pullPage(c, forge, c.get("repo"), pullOf(c)))
    .get("/:owner/:repo/issues/:number{[0-9]+}", (c) => {
      const issue = issueOf(c);
      const { owner, repo } = c.req.param();
      if (issue.pull) return c.redirect(`/${owner}/${repo}/pull/${issue.number}`);
      return issuePage(c, c.get("repo"), issue);
    })
    .get("/:owner/:repo/commit/:sha", (c) =>
      commitPage(c, forge, c.get("repo"), c.req.param("sha")),
    )
    .get("/:owner/:repo/:kind{(blob|tree)}/:rest{.+}", (c) =>
      sourcePage(c, forge, c.get("repo"), c.req.param("rest")),
    )
    .get("/:owner/:repo/raw/:rest{.+}", (c) =>
      rawFile(c, forge, c.get("repo"), c.req.param("rest")),
    )
    .post("/:owner/:repo/play/issues", (c) => openIssue(c, forge))
    .post("/:owner/:repo/play/:number{[0-9]+}/:act", (c) => play(c, forge));
}

/** A form of another page, wherever it stands, must not play the maintainer. */
function sameOrigin(forge: Forge): MiddlewareHandler<ForgeEnv> {
  return async function refuseForeignForms(c, next) {
    const { host } = new URL(forge.origin);
    const known = [forge.origin, forge.origin.replace("127.0.0.1", "localhost")];
    const origin = c.req.header("origin");
    const hosts = [host, host.replace("127.0.0.1", "localhost")];
    if (!origin || !known.includes(origin) || !hosts.includes(c.req.header("host") ?? "")) {
      throw new ForgeError(403, "This form belongs to another page.");
    }
    await next();
  };
}

/** Who the person at the browser is: the repository's owner. */
function maintainer(forge: Forge, repo: RepoState): Login {
  const found = forge.findLogin(repo.owner);
  if (!found) throw new ForgeError(403, "The owner of this repository is not configured.");
  return found;
}

async function openIssue(c: ForgeContext, forge: Forge): Promise<Response> {
  const form = new URLSearchParams(await c.req.text());
  const title = (form.get("title") ?? "").trim();
  if (title === "") throw new ForgeError(422, "An issue needs a title.");
  const input = { title, body: form.get("body") ?? "" };
  const issue = await createIssue(
    forge,
    c.get("repo"),
    input,
    maintainer(forge, c.get("repo")).login,
  );
  return back(c, `issues/${issue.number}`);
}

async function play(c: ForgeContext, forge: Forge): Promise<Response> {
  const repo = c.get("repo");
  const issue = issueOf(c);
  const person = maintainer(forge, repo);
  const form = new URLSearchParams(await c.req.text());
  const act = c.req.param("act");
  if (act === "close") await setIssueState(forge, repo, issue, "closed", null, person.login);
  else if (act === "reopen" && issue.state === "closed") {
    if (isPull(issue)) await checkReopen(forge, repo, issue);
    await setIssueState(forge, repo, issue, "open", null, person.login);
  } else if (act === "comment") {
    const body = (form.get("body") ?? "").trim();
    if (body === "") throw new ForgeError(422, "A comment needs words.");
    await addComment(forge, repo, issue, body, person.login);
  } else if (isPull(issue) && act === "request-changes") {
    const body = (form.get("body") ?? "").trim();
    const review = { event: "REQUEST_CHANGES" as const, body, comments: [] };
    await addReview(forge, repo, issue, review, person.login);
  } else if (isPull(issue) && act === "fail-check") {
    const output = { title: "It does not build", summary: "Played by a person." };
    const check = { name: "build", head_sha: issue.pull.head.sha, conclusion: "failure" as const };
    await addCheckRun(forge, repo, { ...check, output }, person.login);
  } else if (isPull(issue) && act === "ready") {
    await setDraft(forge, repo, issue, false, person.login);
  } else if (isPull(issue) && act === "merge") {
    await mergePull(forge, repo, issue, { method: "merge" }, person);
  } else throw notFound();
  await forge.commit();
  return back(c, `${issue.pull ? "pull" : "issues"}/${issue.number}`);
}

function back(c: ForgeContext, to: string): Response {
  const repo = c.get("repo");
  return c.redirect(`/${repo.owner}/${repo.name}/${to}`, 303);
}

async function pullText(c: ForgeContext, forge: Forge): Promise<Response> {
  const [number, kind] = (c.req.param("file") ?? "").split(".");
  const repo = c.get("repo");
  const issue = repo.issues.find((one) => one.number === Number(number));
  if (!issue || !isPull(issue)) throw notFound();
  const range = await pullRange(forge.git(repo), issue);
  const text = kind === "diff" ? diffText : patchText;
  return c.body(await text(forge.git(repo), range.mergeBase, range.head), 200, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
  });
}

/** A plain disc in a colour of the name. */
function avatar(c: ForgeContext): Response {
  const name = c.req.param("file") ?? "";
  const hue = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><circle cx="20" cy="20" r="20" fill="hsl(${hue} 55% 50%)"/></svg>`;
  return c.body(svg, 200, {
    "content-type": "image/svg+xml",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "cross-origin",
  });
}
