import type { Context } from "hono";
import type { Forge } from "../forge";
import { diffText, mergeTree } from "../git/compare";
import type { IssueRecord, PullIssue, RepoState } from "../state";
import { pullRange } from "../verbs/pull-range";
import { diffStyle, renderDiff } from "./diff";
import { html, type Html } from "./html";
import { remark, sendPage } from "./layout";
import { renderMarkdown } from "./markdown";
import { badgeOf } from "./repository";

function heading(repo: RepoState, issue: IssueRecord): Html {
  return html`<p class="soft">
      <a href="/${repo.owner}/${repo.name}">${repo.owner}/${repo.name}</a>
    </p>
    <h1>${issue.title} <span class="number">#${issue.number}</span></h1>`;
}

/** The body, then comments and reviews in the order of time. */
function conversation(repo: RepoState, issue: IssueRecord): Html {
  const { number } = issue;
  const words = { APPROVED: "approved", CHANGES_REQUESTED: "asked for changes" } as const;
  const remarks = [
    ...repo.comments
      .filter((one) => one.issue === number)
      .map((one) => ({ at: one.createdAt, who: one.user, what: "commented", body: one.body })),
    ...repo.reviews
      .filter((one) => one.pull === number)
      .map((one) => ({
        at: one.submittedAt,
        who: one.user,
        what: one.state in words ? words[one.state as keyof typeof words] : "reviewed",
        body: [one.body, ...one.comments.map((line) => `\`${line.path}\`: ${line.body}`)].join(
          "\n\n",
        ),
      })),
  ].toSorted((a, b) => a.at - b.at);
  return html`${remark(issue.user, "opened this", issue.createdAt, renderMarkdown(issue.body || "*No description.*"))}
  ${remarks.map((one) => remark(one.who, one.what, one.at, renderMarkdown(one.body)))}`;
}

function act(action: string, words: string, main = false, disabled = false): Html {
  return html`<form method="post" action="${action}">
    <button ${main && html`class="main"`} ${disabled && html`disabled`}>${words}</button>
  </form>`;
}

/** `review`: where a review that asks for changes goes, on an open pull request. */
function commentForm(action: string, review: string | null): Html {
  return html`<form class="block" method="post" action="${action}">
    <label for="comment">Comment as the maintainer</label>
    <textarea id="comment" name="body" rows="4" required></textarea>
    <p>
      <button>Comment</button>
      ${review !== null && html`<button formaction="${review}">Request changes</button>`}
    </p>
  </form>`;
}

/** An issue, for people, with the buttons of a maintainer. */
export function issuePage(c: Context, repo: RepoState, issue: IssueRecord): Response {
  const play = `/${repo.owner}/${repo.name}/play/${issue.number}`;
  const open = issue.state === "open";
  return sendPage(
    c,
    `${issue.title} #${issue.number}`,
    html`${heading(repo, issue)}
      <p>${badgeOf(issue)} ${issue.labels.map((label) => html`<code>${label}</code> `)}</p>
      ${conversation(repo, issue)}
      <div class="acts">
        ${open ? act(`${play}/close`, "Close") : act(`${play}/reopen`, "Reopen")}
      </div>
      ${commentForm(`${play}/comment`, null)}`,
  );
}

/** A pull request, for people: state, branches, conversation, checks, the buttons of a maintainer, the diff. */
export async function pullPage(
  c: Context,
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
): Promise<Response> {
  const git = forge.git(repo);
  const { pull } = issue;
  const range = await pullRange(git, issue);
  const diff = await diffText(git, range.mergeBase, range.head);
  const open = issue.state === "open";
  const play = `/${repo.owner}/${repo.name}/play/${issue.number}`;
  const fits = open && (await mergeTree(git, range.base, range.head)) !== null;
  const into = pull.mergedAt ? "merged into" : "wants to go into";
  return sendPage(
    c,
    `${issue.title} #${issue.number}`,
    html`${heading(repo, issue)}
      <p>${badgeOf(issue)} <code>${pull.head.ref}</code> ${into} <code>${pull.base.ref}</code></p>
      ${conversation(repo, issue)} ${checks(repo, pull.head.sha)} ${acts(repo, issue, fits)}
      ${commentForm(`${play}/comment`, open ? `${play}/request-changes` : null)}
      <h2>Changes</h2>
      ${renderDiff(diff)}`,
    200,
    diffStyle(),
  );
}

function acts(repo: RepoState, issue: PullIssue, fits: boolean): Html {
  const play = `/${repo.owner}/${repo.name}/play/${issue.number}`;
  if (issue.pull.mergedAt) return html``;
  if (issue.state === "closed")
    return html`<div class="acts">${act(`${play}/reopen`, "Reopen")}</div>`;
  return html`<div class="acts">
      ${
        issue.pull.draft
          ? act(`${play}/ready`, "Ready for review", true)
          : act(`${play}/merge`, "Merge", true, !fits)
      }
      ${act(`${play}/fail-check`, "Let a check fail")} ${act(`${play}/close`, "Close")}
    </div>
    ${issue.pull.draft && html`<p class="soft">A draft must be made ready before it can be merged.</p>`}
    ${!fits && html`<p class="soft">It conflicts with <code>${issue.pull.base.ref}</code>.</p>`}`;
}

function checks(repo: RepoState, sha: string): Html {
  const last = new Map<string, { name: string; state: string; text: string }>();
  for (const one of repo.statuses) {
    if (one.sha !== sha) continue;
    last.set(`s:${one.context}`, {
      name: one.context,
      state: one.state,
      text: one.description ?? "",
    });
  }
  for (const one of repo.checkRuns) {
    if (one.headSha !== sha) continue;
    const state = one.conclusion === null ? "pending" : one.conclusion;
    last.set(`c:${one.name}`, { name: one.name, state, text: one.output.title ?? "" });
  }
  if (last.size === 0) return html``;
  const known = ["success", "failure", "error", "pending"];
  const row = (one: { name: string; state: string; text: string }) =>
    html`<li>
      <span class="badge ${known.includes(one.state) ? one.state : "pending"}">${one.state}</span>
      <strong>${one.name}</strong> <span class="soft">${one.text}</span>
    </li>`;
  return html`<h2>Checks</h2>
    <div class="box">
      <ul class="rows">
        ${[...last.values()].map(row)}
      </ul>
    </div>`;
}
