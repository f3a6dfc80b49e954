import { nodeId, type Forge, type Json } from "../forge";
import { commentView, fullPullView, issueView } from "../issue-views";
import type { CommentRecord, IssueRecord, PullIssue, RepoState } from "../state";

export type IssueInput = {
  title: string;
  body?: string | null;
  labels?: string[];
  assignees?: string[];
};

/** Adds labels a repository does not have yet, grey, as GitHub does when an issue names a new one. */
export function ensureLabels(forge: Forge, repo: RepoState, names: string[]): string[] {
  return names.map((name) => {
    const known = repo.labels.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (known) return known.name;
    repo.labels.push({ id: forge.nextId(), name, color: "ededed", description: null });
    return name;
  });
}

/** A new open issue in memory, with the next number. Neither announced nor saved. */
export function newIssue(
  forge: Forge,
  repo: RepoState,
  input: IssueInput,
  user: string,
): IssueRecord {
  const now = forge.now();
  const issue: IssueRecord = {
    id: forge.nextId(),
    number: repo.nextNumber,
    title: input.title,
    body: input.body ?? null,
    user,
    state: "open",
    stateReason: null,
    labels: ensureLabels(forge, repo, [...new Set(input.labels)]),
    assignees: [...new Set(input.assignees)].filter((login) => forge.findLogin(login)),
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    pull: null,
  };
  repo.nextNumber += 1;
  repo.issues.push(issue);
  return issue;
}

/** Opens an issue and announces it. */
export async function createIssue(
  forge: Forge,
  repo: RepoState,
  input: IssueInput,
  user: string,
): Promise<IssueRecord> {
  const issue = newIssue(forge, repo, input, user);
  await announceIssue(forge, repo, issue, "opened", user);
  await forge.commit();
  return issue;
}

/** Announces `issues` for an issue and `pull_request` for a pull request. */
export async function announceIssue(
  forge: Forge,
  repo: RepoState,
  issue: IssueRecord,
  action: string,
  sender: string,
  extra: Json = {},
): Promise<void> {
  if (isPull(issue)) {
    await forge.announce(repo, "pull_request", sender, async () => ({
      action,
      number: issue.number,
      pull_request: await fullPullView(forge, repo, issue),
      ...extra,
    }));
    return;
  }
  await forge.announce(repo, "issues", sender, () => ({
    action,
    issue: issueView(forge, repo, issue),
    ...extra,
  }));
}

export function isPull(issue: IssueRecord): issue is PullIssue {
  return issue.pull !== null;
}

/** Closes or reopens; does nothing when it is already so. Not saved. */
export async function setIssueState(
  forge: Forge,
  repo: RepoState,
  issue: IssueRecord,
  state: IssueRecord["state"],
  reason: IssueRecord["stateReason"],
  sender: string,
): Promise<void> {
  if (issue.state === state) return;
  const now = forge.now();
  issue.state = state;
  issue.stateReason = issue.pull ? null : state === "open" ? "reopened" : (reason ?? "completed");
  issue.closedAt = state === "closed" ? now : null;
  issue.closedBy = state === "closed" ? sender : null;
  issue.updatedAt = now;
  await announceIssue(forge, repo, issue, state === "open" ? "reopened" : "closed", sender);
}

/** Adds a comment to an issue or a pull request, announces and saves it. */
export async function addComment(
  forge: Forge,
  repo: RepoState,
  issue: IssueRecord,
  body: string,
  user: string,
): Promise<CommentRecord> {
  const now = forge.now();
  const comment: CommentRecord = {
    id: forge.nextId(),
    issue: issue.number,
    user,
    body,
    createdAt: now,
    updatedAt: now,
  };
  repo.comments.push(comment);
  issue.updatedAt = now;
  await announceComment(forge, repo, comment, "created", user);
  await forge.commit();
  return comment;
}

export async function announceComment(
  forge: Forge,
  repo: RepoState,
  comment: CommentRecord,
  action: string,
  sender: string,
  extra: Json = {},
): Promise<void> {
  const issue = repo.issues.find((one) => one.number === comment.issue);
  if (!issue) return;
  await forge.announce(repo, "issue_comment", sender, () => ({
    action,
    issue: issueView(forge, repo, issue),
    comment: commentView(forge, repo, comment),
    ...extra,
  }));
}

/** The pull request that GraphQL's `node_id` names, in any repository. */
export function findPullByNode(forge: Forge, node: string): [RepoState, PullIssue] | null {
  for (const repo of forge.state.repos) {
    for (const issue of repo.issues) {
      if (isPull(issue) && nodeId("PullRequest", issue.pull.id) === node) return [repo, issue];
    }
  }
  return null;
}
