import { unprocessable } from "../errors";
import type { Forge } from "../forge";
import { lineCommentView, pullView, reviewView } from "../issue-views";
import type { PullIssue, RepoState, ReviewRecord } from "../state";

const STATES = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
} as const;

export type ReviewInput = {
  event: keyof typeof STATES;
  body: string;
  comments: { path: string; body: string; line?: number }[];
};

/** Submits a review, announces and saves it. Throws 422 on judging one's own work and on a comment without words. */
export async function addReview(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  input: ReviewInput,
  user: string,
): Promise<ReviewRecord> {
  const own = user === issue.user && input.event !== "COMMENT";
  const verb = input.event === "APPROVE" ? "approve" : "request changes on";
  if (own) throw unprocessable(`Can not ${verb} your own pull request`);
  if (input.event !== "APPROVE" && input.body.trim() === "" && input.comments.length === 0) {
    throw unprocessable(`Body can't be blank for ${input.event}`);
  }
  const review: ReviewRecord = {
    id: forge.nextId(),
    pull: issue.number,
    user,
    body: input.body,
    state: STATES[input.event],
    commit: issue.pull.head.sha,
    submittedAt: forge.now(),
    comments: input.comments.map((one) => ({
      id: forge.nextId(),
      path: one.path,
      line: one.line ?? null,
      body: one.body,
    })),
  };
  repo.reviews.push(review);
  issue.updatedAt = forge.now();
  issue.pull.requestedReviewers = issue.pull.requestedReviewers.filter((one) => one !== user);
  await forge.announce(repo, "pull_request_review", user, () => ({
    action: "submitted",
    // In events GitHub writes the state in small letters.
    review: { ...reviewView(forge, repo, review), state: review.state.toLowerCase() },
    pull_request: pullView(forge, repo, issue),
  }));
  for (const comment of review.comments) {
    await forge.announce(repo, "pull_request_review_comment", user, () => ({
      action: "created",
      comment: lineCommentView(forge, repo, review, comment),
      pull_request: pullView(forge, repo, issue),
    }));
  }
  await forge.commit();
  return review;
}
