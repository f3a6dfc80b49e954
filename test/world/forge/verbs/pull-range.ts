import { mergeBase } from "../git/compare";
import { readRef } from "../git/refs";
import type { Git } from "../git/run";
import type { PullIssue } from "../state";

export type PullRange = { base: string; head: string; mergeBase: string };

/**
 * The commits a pull request compares: while open, the base branch as it is now; afterwards, as it was when the pull
 * request ended (after a merge the base holds the head, and nothing would differ).
 */
export async function pullRange(git: Git, issue: PullIssue): Promise<PullRange> {
  const { base, head } = issue.pull;
  const now = issue.state === "open" ? await readRef(git, `refs/heads/${base.ref}`) : null;
  const from = now ?? base.sha;
  return {
    base: from,
    head: head.sha,
    mergeBase: (await mergeBase(git, from, head.sha)) ?? from,
  };
}
