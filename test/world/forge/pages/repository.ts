import type { Context } from "hono";
import type { Forge } from "../forge";
import { listHistory, readCommits } from "../git/commits";
import { readTree, type TreeEntry } from "../git/objects";
import { listRefs, readRef } from "../git/refs";
import type { IssueRecord, RepoState } from "../state";
import { encodePath } from "../views";
import { html, type Html } from "./html";
import { sendPage, shownTime } from "./layout";

/** The word and the class of a badge. */
export function badgeOf(issue: IssueRecord): Html {
  const { pull, state } = issue;
  if (pull?.mergedAt) return html`<span class="badge merged">Merged</span>`;
  if (state === "closed") {
    return html`<span class="badge ${pull ? "closed" : "done"}">Closed</span>`;
  }
  if (pull?.draft) return html`<span class="badge draft">Draft</span>`;
  return html`<span class="badge open">Open</span>`;
}

/** All repositories. */
export function repositoriesPage(c: Context, forge: Forge): Response {
  const rows = forge.state.repos.map((repo) => {
    const open = repo.issues.filter((issue) => issue.state === "open");
    const pulls = open.filter((issue) => issue.pull).length;
    return html`<li>
      <a href="/${repo.owner}/${repo.name}"><strong>${repo.owner}/${repo.name}</strong></a>
      <span class="soft">${open.length - pulls} open issues, ${pulls} open pull requests</span>
    </li>`;
  });
  const list = rows.length > 0 ? rows : html`<li class="soft">No repository yet.</li>`;
  return sendPage(
    c,
    "Repositories",
    html`<h1>Repositories</h1>
      <div class="box">
        <ul class="rows">
          ${list}
        </ul>
      </div>`,
  );
}

/** One repository: its files at the head of the default branch, pull requests and issues. */
export async function repositoryPage(c: Context, forge: Forge, repo: RepoState): Promise<Response> {
  const git = forge.git(repo);
  const head = await readRef(git, `refs/heads/${repo.defaultBranch}`);
  const entries = head ? await readTree(git, `${head}^{tree}`, false) : [];
  const commits = head
    ? await readCommits(git, await listHistory(git, { from: head, max: 5 }))
    : [];
  const branches = (await listRefs(git)).filter((one) => one.ref.startsWith("refs/heads/"));
  const home = `/${repo.owner}/${repo.name}`;
  const pulls = repo.issues.filter((issue) => issue.pull).toReversed();
  const issues = repo.issues.filter((issue) => !issue.pull).toReversed();
  return sendPage(
    c,
    `${repo.owner}/${repo.name}`,
    html`<h1>${repo.owner}/${repo.name}</h1>
      <p class="soft">
        <code>git clone ${forge.origin}${home}.git</code> · ${branches.length}
        ${branches.length === 1 ? "branch" : "branches"}
      </p>
      <h2>Pull requests</h2>
      ${issueList(home, pulls, "No pull request yet.")}
      <h2>Issues</h2>
      ${issueList(home, issues, "No issue yet.")} ${newIssueForm(home)}
      <h2>Latest commits on ${repo.defaultBranch}</h2>
      <div class="box">
        <ul class="rows">
          ${commits.map(
            (commit) =>
              html`<li>
                <a href="${home}/commit/${commit.sha}">${commit.message.split("\n")[0] ?? ""}</a>
                <span class="soft"
                  >${commit.author.name}, ${shownTime(commit.author.time * 1000)}</span
                >
              </li>`,
          )}
        </ul>
      </div>
      <h2>Files</h2>
      <div class="box">
        <ul class="rows">
          ${entries.map((entry) => fileRow(home, repo.defaultBranch, entry))}
        </ul>
      </div>`,
  );
}

/** A row of a folder's list. */
export function fileRow(home: string, ref: string, entry: TreeEntry): Html {
  const kind = entry.type === "tree" ? "tree" : "blob";
  const href = `${home}/${kind}/${encodePath(ref)}/${encodePath(entry.path)}`;
  const name = entry.path.split("/").at(-1) ?? "";
  return html`<li><a href="${href}">${name}${entry.type === "tree" ? "/" : ""}</a></li>`;
}

function issueList(home: string, issues: IssueRecord[], none: string): Html {
  const rows = issues.slice(0, 100).map(
    (issue) =>
      html`<li>
        ${badgeOf(issue)}
        <a href="${home}/${issue.pull ? "pull" : "issues"}/${issue.number}">${issue.title}</a>
        <span class="soft">#${issue.number} by ${issue.user}</span>
      </li>`,
  );
  const list = rows.length > 0 ? rows : html`<li class="soft">${none}</li>`;
  return html`<div class="box">
    <ul class="rows">
      ${list}
    </ul>
  </div>`;
}

function newIssueForm(home: string): Html {
  return html`<details>
    <summary>Report a problem</summary>
    <form class="block" method="post" action="${home}/play/issues">
      <label for="title">Title</label>
      <input id="title" name="title" required maxlength="200" />
      <label for="body">What happened</label>
      <textarea id="body" name="body" rows="6"></textarea>
      <p><button class="main">Open the issue</button></p>
    </form>
  </details>`;
}
