/** What became of a pull request of ours. */
export const PULL_STATES = ["open", "merged", "closed"] as const;
export type PullState = (typeof PULL_STATES)[number];

export type PullNewsKind = "review" | "comment" | "check";

/** What somebody who may write to the repository said about a pull request. `line`: of the new side, where it is about one. */
export type PullComment = {
  author: string;
  path: string | null;
  line: number | null;
  text: string;
  at: number;
};

/** A check that failed at the head of a pull request. */
export type FailingCheck = { name: string; conclusion: string; summary: string };

/** The pull request that a run adds to, as it was when the run was started. */
export type FollowUp = {
  runId: string;
  pullNumber: number;
  pullUrl: string;
  headSha: string;
  baseBranch: string;
  comments: PullComment[];
  checks: FailingCheck[];
};

/** Whether a repository gives a person or program the right to write: GitHub's legacy names of its permissions. */
export function mayWrite(permission: string): boolean {
  return permission === "admin" || permission === "maintain" || permission === "write";
}
