import type { Forge, Json, Login } from "../forge";
import { diffFiles, isAncestor } from "../git/compare";
import { listHistory, readCommits, type GitCommit } from "../git/commits";
import { moveRef, readRef } from "../git/refs";
import { EMPTY_TREE, GitError, ZERO_SHA } from "../git/run";
import { unprocessable } from "../errors";
import type { PullIssue, RepoState } from "../state";
import { htmlUrl, personView } from "../views";
import { announceIssue, isPull, setIssueState } from "./issues";

export type RefChange = { ref: string; before: string; after: string };

const COMMITS_IN_EVENT = 20;

/**
 * Moves one ref and lets everything follow that hangs on it. Throws 422 when git refuses (it moved meanwhile, or `a` and
 * `a/b` cannot both be branches). Not saved.
 */
export async function applyRef(
  forge: Forge,
  repo: RepoState,
  change: RefChange,
  pusher: Login,
): Promise<void> {
  try {
    await moveRef(forge.git(repo), change.ref, change.before, change.after);
  } catch (error) {
    if (error instanceof GitError) throw unprocessable("Reference update failed");
    throw error;
  }
  await refChanged(forge, repo, change, pusher);
}

/**
 * After a ref has moved, by API or by `git push`: the `push` event, new heads of open pull requests (`synchronize`), the
 * end of those whose branch is gone, and the merge of those whose commits are now in their base. Not saved.
 */
export async function refChanged(
  forge: Forge,
  repo: RepoState,
  change: RefChange,
  pusher: Login,
): Promise<void> {
  repo.pushedAt = forge.now();
  await forge.announce(repo, "push", pusher.login, () => pushPayload(forge, repo, change, pusher));
  if (!change.ref.startsWith("refs/heads/")) return;
  const branch = change.ref.slice("refs/heads/".length);
  for (const issue of repo.issues) {
    if (!isPull(issue) || issue.state !== "open") continue;
    if (issue.pull.head.ref === branch) await followHead(forge, repo, issue, change, pusher);
    if (issue.pull.base.ref === branch) await followBase(forge, repo, issue, change, pusher);
  }
}

async function followHead(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  change: RefChange,
  pusher: Login,
): Promise<void> {
  if (change.after === ZERO_SHA) {
    await setIssueState(forge, repo, issue, "closed", null, pusher.login);
    return;
  }
  issue.pull.head.sha = change.after;
  issue.updatedAt = forge.now();
  await keepPullHead(forge, repo, issue);
  await announceIssue(forge, repo, issue, "synchronize", pusher.login, {
    before: change.before,
    after: change.after,
  });
}

async function followBase(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  change: RefChange,
  pusher: Login,
): Promise<void> {
  if (change.after === ZERO_SHA) {
    await setIssueState(forge, repo, issue, "closed", null, pusher.login);
    return;
  }
  if (!(await isAncestor(forge.git(repo), issue.pull.head.sha, change.after))) return;
  if (change.before !== ZERO_SHA) issue.pull.base.sha = change.before;
  await markMerged(forge, repo, issue, change.after, pusher.login);
}

/** Records a merge that has happened in git, closes, and announces `closed` with `merged: true`. Not saved. */
export async function markMerged(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  sha: string,
  by: string,
): Promise<void> {
  issue.pull.mergedAt = forge.now();
  issue.pull.mergedBy = by;
  issue.pull.mergeCommitSha = sha;
  issue.pull.pendingMerge = null;
  await setIssueState(forge, repo, issue, "closed", null, by);
  if (issue.pull.base.ref === repo.defaultBranch) await closeNamedIssues(forge, repo, issue, by);
}

async function closeNamedIssues(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  by: string,
): Promise<void> {
  const words = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d{1,9})\b/gi;
  for (const match of (issue.body ?? "").matchAll(words)) {
    const named = repo.issues.find((one) => one.number === Number(match[1]) && !one.pull);
    if (named) await setIssueState(forge, repo, named, "closed", "completed", by);
  }
}

/** `refs/pull/<n>/head` keeps a pull request's commits when its branch is gone. */
export async function keepPullHead(forge: Forge, repo: RepoState, issue: PullIssue): Promise<void> {
  const git = forge.git(repo);
  const ref = `refs/pull/${issue.number}/head`;
  await moveRef(git, ref, (await readRef(git, ref)) ?? ZERO_SHA, issue.pull.head.sha);
}

async function pushPayload(
  forge: Forge,
  repo: RepoState,
  change: RefChange,
  pusher: Login,
): Promise<Json> {
  const git = forge.git(repo);
  const created = change.before === ZERO_SHA;
  const deleted = change.after === ZERO_SHA;
  const not = created ? await readRef(git, `refs/heads/${repo.defaultBranch}`) : change.before;
  const shas = deleted
    ? []
    : await listHistory(git, {
        from: change.after,
        not: not && not !== change.after ? not : undefined,
        max: COMMITS_IN_EVENT,
      });
  const [head] = deleted ? [] : await readCommits(git, [change.after]);
  const commits = created && not === change.after ? [] : await readCommits(git, shas);
  const short = (sha: string) => sha.slice(0, 12);
  return {
    ref: change.ref,
    before: change.before,
    after: change.after,
    base_ref: null,
    created,
    deleted,
    forced: !created && !deleted && !(await isAncestor(git, change.before, change.after)),
    compare: `${htmlUrl(forge, repo)}/compare/${short(change.before)}...${short(change.after)}`,
    commits: await Promise.all(
      commits.toReversed().map((commit) => pushCommitView(forge, repo, commit)),
    ),
    head_commit: head ? await pushCommitView(forge, repo, head) : null,
    pusher: { name: pusher.login, email: pusher.email },
  };
}

async function pushCommitView(forge: Forge, repo: RepoState, commit: GitCommit): Promise<Json> {
  const files = await diffFiles(forge.git(repo), commit.parents[0] ?? EMPTY_TREE, commit.sha);
  const named = (status: string) =>
    files.filter((file) => file.status === status).map((file) => file.filename);
  const person = (one: GitCommit["author"]) => {
    const { name, email } = personView(one);
    return { name, email, username: forge.logins.find((login) => login.email === email)?.login };
  };
  const renamed = files.filter((file) => file.status === "renamed");
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: personView(commit.author).date,
    url: `${htmlUrl(forge, repo)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: [...named("added"), ...renamed.map((file) => file.filename)],
    removed: [...named("removed"), ...renamed.map((file) => file.previousFilename ?? "")],
    modified: [...named("modified"), ...named("changed")],
  };
}
