import { ForgeError, invalid, notFound, unprocessable } from "../errors";
import type { Forge, Login } from "../forge";
import { aheadBehind, isAncestor, mergeBase, mergeTree } from "../git/compare";
import { readCommit, writeCommit } from "../git/commits";
import { isSafeBranch } from "../git/names";
import { moveRef, readRef } from "../git/refs";
import type { PullIssue, RepoState } from "../state";
import { announceIssue, isPull, newIssue } from "./issues";
import { keepPullHead, markMerged, refChanged } from "./refs";

const CREATE_DOCS = "/pulls/pulls#create-a-pull-request";
const MERGE_DOCS = "/pulls/pulls#merge-a-pull-request";

export type PullInput = {
  title: string;
  body?: string | null;
  head: string;
  base: string;
  draft?: boolean;
};

/**
 * Opens a pull request. Throws the 422s that GitHub answers: unknown head or base, no commits between them, one already
 * open for the same head and base, drafts switched off.
 */
export async function createPull(
  forge: Forge,
  repo: RepoState,
  input: PullInput,
  user: Login,
): Promise<PullIssue> {
  const git = forge.git(repo);
  const ref = ownBranch(repo, input.head);
  const headSha = ref === null ? null : await readRef(git, `refs/heads/${ref}`);
  if (ref === null || !headSha) throw fieldInvalid("head");
  const baseSha = isSafeBranch(input.base) ? await readRef(git, `refs/heads/${input.base}`) : null;
  if (!baseSha) throw fieldInvalid("base");
  if (input.draft && !forge.settings.draftSupported) {
    throw unprocessable("Draft pull requests are not supported in this repository.", CREATE_DOCS);
  }
  if (findOpenPull(repo, ref, input.base)) {
    throw custom(`A pull request already exists for ${repo.owner}:${ref}.`);
  }
  if (!(await mergeBase(git, baseSha, headSha))) {
    throw custom(`The ${ref} branch has no history in common with ${input.base}`);
  }
  if ((await aheadBehind(git, baseSha, headSha)).ahead === 0) {
    throw custom(`No commits between ${input.base} and ${ref}`);
  }
  const issue = newIssue(forge, repo, input, user.login);
  issue.pull = {
    id: forge.nextId(),
    draft: input.draft ?? false,
    head: { ref, sha: headSha },
    base: { ref: input.base, sha: baseSha },
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
    pendingMerge: null,
    requestedReviewers: [],
  };
  const pull = issue as PullIssue;
  await keepPullHead(forge, repo, pull);
  await announceIssue(forge, repo, pull, "opened", user.login);
  await forge.commit();
  return pull;
}

/** The open pull request from one branch into another. */
export function findOpenPull(repo: RepoState, head: string, base: string): PullIssue | undefined {
  return repo.issues
    .filter(isPull)
    .find(
      (one) => one.state === "open" && one.pull.head.ref === head && one.pull.base.ref === base,
    );
}

/** `branch` or `owner:branch`; null for another owner (there are no forks here) and for unsafe names. */
function ownBranch(repo: RepoState, head: string): string | null {
  const colon = head.indexOf(":");
  if (colon >= 0 && head.slice(0, colon).toLowerCase() !== repo.owner.toLowerCase()) return null;
  const branch = head.slice(colon + 1);
  return isSafeBranch(branch) ? branch : null;
}

function fieldInvalid(field: string): ForgeError {
  return invalid([{ resource: "PullRequest", field, code: "invalid" }], CREATE_DOCS);
}

function custom(message: string): ForgeError {
  return invalid([{ resource: "PullRequest", code: "custom", message }], CREATE_DOCS);
}

export type MergeInput = {
  method: "merge" | "squash" | "rebase";
  sha?: string;
  title?: string;
  message?: string;
};

/**
 * Merges and returns the new commit's id. Throws 405 for a draft, a closed one, a conflict and for `rebase` (not
 * allowed here), and 409 when `sha` is not the head any more. A process killed in between finishes it on its next start.
 */
export async function mergePull(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  input: MergeInput,
  by: Login,
): Promise<string> {
  const git = forge.git(repo);
  const { pull } = issue;
  if (input.method === "rebase") {
    throw refusal("Rebase merges are not allowed on this repository.");
  }
  if (issue.state !== "open") throw refusal("Pull Request is not mergeable");
  if (input.sha !== undefined && input.sha !== pull.head.sha) {
    throw new ForgeError(
      409,
      "Head branch was modified. Review and try the merge again.",
      undefined,
      MERGE_DOCS,
    );
  }
  if (pull.draft) throw refusal("Pull Request is still a draft");
  const ref = `refs/heads/${pull.base.ref}`;
  const base = await readRef(git, ref);
  if (!base) throw notFound("Base does not exist");
  const tree = await mergeTree(git, base, pull.head.sha);
  if (!tree) throw refusal("Pull Request is not mergeable");

  const squash = input.method === "squash";
  const time = Math.floor(forge.now() / 1000);
  const person = { name: by.name, email: by.email, time, zone: "+0000" };
  const head = squash ? await readCommit(git, pull.head.sha) : null;
  const sha = await writeCommit(git, {
    tree,
    parents: squash ? [base] : [base, pull.head.sha],
    author: head ? { ...head.author, time, zone: "+0000" } : person,
    committer: person,
    message: mergeMessage(repo, issue, input),
  });
  pull.pendingMerge = { sha, by: by.login };
  pull.base.sha = base;
  await forge.commit();
  await finishMerge(forge, repo, issue, base, by);
  return sha;
}

async function finishMerge(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  base: string,
  by: Login,
): Promise<void> {
  const pending = issue.pull.pendingMerge;
  if (!pending) return;
  const ref = `refs/heads/${issue.pull.base.ref}`;
  try {
    await moveRef(forge.git(repo), ref, base, pending.sha);
  } catch (error) {
    issue.pull.pendingMerge = null;
    throw error;
  }
  // Closed first, so that the push of the base does not take it for somebody else's merge.
  await markMerged(forge, repo, issue, pending.sha, by.login);
  await refChanged(forge, repo, { ref, before: base, after: pending.sha }, by);
  await forge.commit();
}

/** After a kill: a merge whose commit reached its base is recorded as merged; one that did not is forgotten. */
export async function recoverMerges(forge: Forge, repo: RepoState): Promise<void> {
  for (const issue of repo.issues) {
    if (!isPull(issue) || !issue.pull.pendingMerge) continue;
    const { sha, by } = issue.pull.pendingMerge;
    const base = await readRef(forge.git(repo), `refs/heads/${issue.pull.base.ref}`);
    const arrived = base !== null && (await isAncestor(forge.git(repo), sha, base));
    if (arrived) await markMerged(forge, repo, issue, sha, by);
    else issue.pull.pendingMerge = null;
    await forge.commit();
  }
}

function mergeMessage(repo: RepoState, issue: PullIssue, input: MergeInput): string {
  const squash = input.method === "squash";
  const title =
    input.title ??
    (squash
      ? `${issue.title} (#${issue.number})`
      : `Merge pull request #${issue.number} from ${repo.owner}/${issue.pull.head.ref}`);
  const message = input.message ?? (squash ? (issue.body ?? "") : issue.title);
  return message ? `${title}\n\n${message}` : title;
}

function refusal(message: string): ForgeError {
  return new ForgeError(405, message, undefined, MERGE_DOCS);
}

/** Draft to ready and back, announced and saved. */
export async function setDraft(
  forge: Forge,
  repo: RepoState,
  issue: PullIssue,
  draft: boolean,
  by: string,
): Promise<void> {
  if (issue.pull.draft === draft) return;
  issue.pull.draft = draft;
  issue.updatedAt = forge.now();
  await announceIssue(forge, repo, issue, draft ? "converted_to_draft" : "ready_for_review", by);
  await forge.commit();
}
