import { invalid, unprocessable } from "../errors";
import type { Forge } from "../forge";
import { isSafeBranch } from "../git/names";
import { readRef } from "../git/refs";
import type { PullIssue, RepoState } from "../state";
import { announceIssue, setIssueState } from "./issues";
import { findOpenPull } from "./pulls";

export type PullEdit = {
  title?: string;
  body?: string | null;
  state?: "open" | "closed";
  base?: string;
};

/** Changes words, base or state, announces and saves. Throws 422 before anything has changed. */
export async function editPull(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  edit: PullEdit,
  sender: string,
): Promise<void> {
  if (edit.state === "open" && issue.state === "closed") await checkReopen(forge, repo, issue);
  if (edit.base !== undefined && edit.base !== issue.pull.base.ref) {
    await changeBase(forge, repo, issue, edit.base);
  }
  const from = { title: issue.title, body: issue.body };
  issue.title = edit.title ?? issue.title;
  if (edit.body !== undefined) issue.body = edit.body;
  issue.updatedAt = forge.now();
  if (from.title !== issue.title || from.body !== issue.body) {
    await announceIssue(forge, repo, issue, "edited", sender, {
      changes: { title: { from: from.title }, body: { from: from.body ?? "" } },
    });
  }
  if (edit.state) await setIssueState(forge, repo, issue, edit.state, null, sender);
  await forge.commit();
}

async function changeBase(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  ref: string,
): Promise<void> {
  const sha = isSafeBranch(ref) ? await readRef(forge.git(repo), `refs/heads/${ref}`) : null;
  if (!sha) throw invalid([{ resource: "PullRequest", field: "base", code: "invalid" }]);
  if (issue.state === "closed") {
    throw unprocessable("Cannot change the base branch of a closed pull request.");
  }
  issue.pull.base = { ref, sha };
}

/** Throws 422 when a closed pull request can not be opened again: merged, its branch gone, or another open for it. */
export async function checkReopen(forge: Forge, repo: RepoState, issue: PullIssue): Promise<void> {
  const { head, base, mergedAt } = issue.pull;
  const gone = !(await readRef(forge.git(repo), `refs/heads/${head.ref}`));
  const other = findOpenPull(repo, head.ref, base.ref);
  if (mergedAt === null && !gone && !other) return;
  const reason = gone
    ? `The ${head.ref} branch has been deleted.`
    : other
      ? `There is already an open pull request from ${repo.owner}:${head.ref} to ${repo.owner}:${base.ref}.`
      : "The pull request cannot be reopened.";
  const message = `state cannot be changed. ${reason}`;
  throw invalid([{ resource: "PullRequest", code: "invalid", field: "state", message }]);
}

/** Asks people to review, announces and saves. Throws 422 for the author and for who is no collaborator. */
export async function requestReviewers(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  reviewers: string[],
  sender: string,
): Promise<void> {
  if (reviewers.includes(issue.user)) {
    throw unprocessable("Review cannot be requested from pull request author.");
  }
  if (reviewers.some((one) => !forge.findLogin(one))) {
    throw unprocessable(
      "Reviews may only be requested from collaborators. One or more of the users or teams you " +
        `specified is not a collaborator of the ${repo.owner}/${repo.name} repository.`,
    );
  }
  for (const reviewer of new Set(reviewers)) {
    if (issue.pull.requestedReviewers.includes(reviewer)) continue;
    issue.pull.requestedReviewers.push(reviewer);
    issue.updatedAt = forge.now();
    await announceIssue(forge, repo, issue, "review_requested", sender);
  }
  await forge.commit();
}
