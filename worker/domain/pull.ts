/** What became of a pull request of ours. */
export const PULL_STATES = ["open", "merged", "closed"] as const;
export type PullState = (typeof PULL_STATES)[number];

/** `suite`: all checks of one program together, told beside each of them. */
export const PULL_NEWS_KINDS = ["review", "comment", "check", "suite"] as const;
export type PullNewsKind = (typeof PULL_NEWS_KINDS)[number];

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

/** What is open on a pull request since it was last worked on: who wants changes, who wrote, which checks fail. */
export type PullReview = { changesRequested: string[]; commented: string[]; failing: string[] };

type News = { kind: PullNewsKind; subject: string; state: string; sha: string | null; at: number };

const FAILED = new Set(["failure", "timed_out", "action_required", "startup_failure"]);

/**
 * Reads a pull request's news, newest first. `since`: when the last follow-up was started. Checks count at the newest commit that
 * any is about, and suites only where no check of theirs tells more.
 */
export function reviewOf(news: readonly News[], since: number): PullReview {
  const fresh = news.filter((one) => one.at > since);
  const head = news.find((one) => one.kind === "check" || one.kind === "suite")?.sha;
  const failing = (kind: PullNewsKind) =>
    subjects(fresh, (one) => one.kind === kind && one.sha === head && isFailed(one.state));
  const checks = failing("check");
  return {
    changesRequested: subjects(fresh, (one) => one.state === "changes_requested"),
    commented: subjects(fresh, (one) => one.kind === "comment"),
    failing: checks.length > 0 ? checks : failing("suite"),
  };
}

/** Whether a check's conclusion is one that somebody has to do something about. */
export function isFailed(conclusion: string): boolean {
  return FAILED.has(conclusion);
}

function subjects(news: readonly News[], wanted: (one: News) => boolean): string[] {
  return news.filter(wanted).map(({ subject }) => subject);
}

/** Text as a person sees it on the code host: without HTML comments and invisible characters, in which words may hide. */
export function visibleText(text: string, limit: number): string {
  return text
    .replace(/<!--[\s\S]*?(?:-->|$)/g, "")
    .replace(/[^\P{C}\n\t]/gu, "")
    .trim()
    .slice(0, limit);
}

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
