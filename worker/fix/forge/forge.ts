import type { ReviewRequest } from "../../domain/project";

/** A file of a tree. `mode` is git's: 100644, 100755, 120000 (symlink), 160000 (submodule). `sha` is its blob's; `size` in bytes. */
export type TreeFile = { path: string; mode: string; sha: string; size: number };

/** One changed file of a commit: `content: null` deletes it. */
export type FileChange = { path: string; mode: string; content: Uint8Array | null };

export type NewCommit = {
  baseSha: string;
  /** The head that it comes after, where that is not the base: its tree is still the base's with the changes. */
  parentSha?: string;
  branch: string;
  message: string;
  /** Fixed by the caller, so that a retry gives the same commit. */
  at: number;
  changes: FileChange[];
};

export type PullRequest = { number: number; url: string };

/**
 * A code host with one repository. Throws `ForeignError`; a repository or commit that is not there is `not_found`. The
 * Worker alone holds its credential: nothing of it ever reaches a sandbox.
 */
export type Forge = {
  /** The repository's default branch. */
  defaultBranch(): Promise<string>;
  /** The commit at the head of a branch. */
  headOf(branch: string): Promise<string>;
  /** All files at a commit. `complete` is false when the host cut the list. */
  listFiles(sha: string): Promise<{ files: TreeFile[]; complete: boolean }>;
  /** A text file at a commit; null when it is absent, not UTF-8, or over 1 MB. */
  readText(sha: string, path: string): Promise<string | null>;
  /** The source at a commit as a tar.gz stream, with one top folder. */
  archive(sha: string): Promise<ReadableStream<Uint8Array>>;
  /** Commits on top of `baseSha` and points the branch at it. Run again it gives the same commit and is no error. */
  commit(commit: NewCommit): Promise<string>;
  /** Opens a draft, or finds the open one of this branch. Throws `DraftRefused` where drafts are not supported. */
  openDraft(pull: {
    branch: string;
    base: string;
    title: string;
    body: string;
  }): Promise<PullRequest>;
  /**
   * Asks for a review of a pull request: of a reviewer by login, or of a bot by a comment that calls it. Asked again it changes
   * nothing. The comment is the project's own words, and is sent as it is.
   */
  askReview(pull: PullRequest, ask: ReviewRequest): Promise<void>;
};

/** The host has no draft pull requests here. The branch is pushed; `compareUrl` shows it. Never a ready one instead. */
export class DraftRefused extends Error {
  override readonly name = "DraftRefused";

  constructor(readonly compareUrl: string) {
    super("The code host does not support draft pull requests in this repository.");
  }
}
