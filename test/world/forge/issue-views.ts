import { iso, isoOrNull, nodeId, type Forge, type Json } from "./forge";
import { aheadBehind, diffFiles, mergeTree } from "./git/compare";
import { pullRange } from "./verbs/pull-range";
import type { CommentRecord, IssueRecord, PullIssue, RepoState, ReviewRecord } from "./state";
import { apiUrl, association, htmlUrl, labelView, repoView, userView } from "./views";

function labelsView(forge: Forge, repo: RepoState, issue: IssueRecord): Json[] {
  return issue.labels.flatMap((name) => {
    const label = repo.labels.find((one) => one.name.toLowerCase() === name.toLowerCase());
    return label ? [labelView(forge, repo, label)] : [];
  });
}

function peopleView(forge: Forge, issue: IssueRecord): Json {
  const assignees = issue.assignees.map((login) => userView(forge, login));
  return { assignee: assignees[0] ?? null, assignees };
}

/** An issue as the issues API shows it; a pull request has `pull_request` set, as on GitHub. */
export function issueView(forge: Forge, repo: RepoState, issue: IssueRecord): Json {
  const url = `${apiUrl(forge, repo)}/issues/${issue.number}`;
  const web = `${htmlUrl(forge, repo)}/${issue.pull ? "pull" : "issues"}/${issue.number}`;
  const pullUrl = `${apiUrl(forge, repo)}/pulls/${issue.number}`;
  return {
    url,
    repository_url: apiUrl(forge, repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: web,
    id: issue.id,
    node_id: nodeId("Issue", issue.id),
    number: issue.number,
    title: issue.title,
    user: userView(forge, issue.user),
    labels: labelsView(forge, repo, issue),
    state: issue.state,
    state_reason: issue.stateReason,
    locked: false,
    ...peopleView(forge, issue),
    milestone: null,
    comments: repo.comments.filter((comment) => comment.issue === issue.number).length,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: isoOrNull(issue.closedAt),
    closed_by: issue.closedBy ? userView(forge, issue.closedBy) : null,
    author_association: association(repo, forge, issue.user),
    active_lock_reason: null,
    body: issue.body,
    reactions: { url: `${url}/reactions`, total_count: 0 },
    ...(issue.pull
      ? {
          draft: issue.pull.draft,
          pull_request: {
            url: pullUrl,
            html_url: web,
            diff_url: `${web}.diff`,
            patch_url: `${web}.patch`,
            merged_at: isoOrNull(issue.pull.mergedAt),
          },
        }
      : {}),
  };
}

export function commentView(forge: Forge, repo: RepoState, comment: CommentRecord): Json {
  const issue = repo.issues.find((one) => one.number === comment.issue);
  const kind = issue?.pull ? "pull" : "issues";
  return {
    url: `${apiUrl(forge, repo)}/issues/comments/${comment.id}`,
    html_url: `${htmlUrl(forge, repo)}/${kind}/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${apiUrl(forge, repo)}/issues/${comment.issue}`,
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    user: userView(forge, comment.user),
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    author_association: association(repo, forge, comment.user),
    body: comment.body,
    performed_via_github_app: null,
  };
}

function branchView(forge: Forge, repo: RepoState, side: { ref: string; sha: string }): Json {
  return {
    label: `${repo.owner}:${side.ref}`,
    ref: side.ref,
    sha: side.sha,
    user: userView(forge, repo.owner),
    repo: repoView(forge, repo),
  };
}

/** A pull request as the list shows it: without mergeability and counts. */
export function pullView(forge: Forge, repo: RepoState, issue: PullIssue): Json {
  const { pull } = issue;
  const url = `${apiUrl(forge, repo)}/pulls/${issue.number}`;
  const issueUrl = `${apiUrl(forge, repo)}/issues/${issue.number}`;
  const web = `${htmlUrl(forge, repo)}/pull/${issue.number}`;
  const statuses = `${apiUrl(forge, repo)}/statuses/${pull.head.sha}`;
  return {
    url,
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    issue_url: issueUrl,
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: userView(forge, issue.user),
    body: issue.body,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: isoOrNull(issue.closedAt),
    merged_at: isoOrNull(pull.mergedAt),
    merge_commit_sha: pull.mergeCommitSha,
    ...peopleView(forge, issue),
    requested_reviewers: pull.requestedReviewers.map((login) => userView(forge, login)),
    requested_teams: [],
    labels: labelsView(forge, repo, issue),
    milestone: null,
    draft: pull.draft,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    head: branchView(forge, repo, pull.head),
    base: branchView(forge, repo, pull.base),
    _links: {
      self: { href: url },
      html: { href: web },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: association(repo, forge, issue.user),
    auto_merge: null,
    active_lock_reason: null,
  };
}

/** A pull request by itself and in events: with `merged`, mergeability and the counts, measured in git. */
export async function fullPullView(forge: Forge, repo: RepoState, issue: PullIssue): Promise<Json> {
  const git = forge.git(repo);
  const { pull } = issue;
  const range = await pullRange(git, issue);
  const [files, distance, merged] = await Promise.all([
    diffFiles(git, range.mergeBase, range.head),
    aheadBehind(git, range.base, range.head),
    issue.state === "open" ? mergeTree(git, range.base, range.head) : null,
  ]);
  const mergeable = issue.state === "open" ? merged !== null : null;
  return {
    ...pullView(forge, repo, issue),
    merged: pull.mergedAt !== null,
    merged_by: pull.mergedBy ? userView(forge, pull.mergedBy) : null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state:
      mergeable === null ? "unknown" : !mergeable ? "dirty" : pull.draft ? "draft" : "clean",
    comments: repo.comments.filter((comment) => comment.issue === issue.number).length,
    review_comments: repo.reviews
      .filter((review) => review.pull === issue.number)
      .reduce((sum, review) => sum + review.comments.length, 0),
    maintainer_can_modify: false,
    commits: distance.ahead,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

export function reviewView(forge: Forge, repo: RepoState, review: ReviewRecord): Json {
  const web = `${htmlUrl(forge, repo)}/pull/${review.pull}`;
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: userView(forge, review.user),
    body: review.body,
    state: review.state,
    html_url: `${web}#pullrequestreview-${review.id}`,
    pull_request_url: `${apiUrl(forge, repo)}/pulls/${review.pull}`,
    author_association: association(repo, forge, review.user),
    submitted_at: iso(review.submittedAt),
    commit_id: review.commit,
  };
}

/** A comment on a line, as part of its review. */
export function lineCommentView(
  forge: Forge,
  repo: RepoState,
  review: ReviewRecord,
  comment: ReviewRecord["comments"][number],
): Json {
  const web = `${htmlUrl(forge, repo)}/pull/${review.pull}`;
  return {
    url: `${apiUrl(forge, repo)}/pulls/comments/${comment.id}`,
    html_url: `${web}#discussion_r${comment.id}`,
    id: comment.id,
    pull_request_review_id: review.id,
    path: comment.path,
    line: comment.line,
    side: "RIGHT",
    body: comment.body,
    commit_id: review.commit,
    user: userView(forge, review.user),
    author_association: association(repo, forge, review.user),
    created_at: iso(review.submittedAt),
    updated_at: iso(review.submittedAt),
  };
}
