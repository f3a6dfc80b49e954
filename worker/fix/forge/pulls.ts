import type { FailingCheck, PullComment } from "../../domain/pull";

export type OpenPull = {
  open: boolean;
  headSha: string;
  headBranch: string;
  baseBranch: string;
};

/** What was said, with how its author stands to the repository in the host's words. */
export type Talk = PullComment & { association: string; bot: boolean };

/** What a follow-up needs of a code host. Throws `ForeignError`. */
export type Pulls = {
  read(number: number): Promise<OpenPull>;
  /** Reviews, comments on lines and in the conversation, oldest first; the newest 500 of each at most. */
  talk(number: number): Promise<Talk[]>;
  /** The right that somebody has in the repository: `admin`, `write`, `read`, `none`. */
  permissionOf(login: string): Promise<string>;
  failingChecks(sha: string): Promise<FailingCheck[]>;
  /** What a head adds to a base: since where they parted, as a unified diff. */
  changesOf(base: string, head: string): Promise<{ mergeBaseSha: string; patch: string }>;
  /** Comments once: a comment that carries the mark already is left as it is. */
  comment(number: number, mark: string, body: string): Promise<void>;
};
