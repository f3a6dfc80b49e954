/** What the recorded test results of a run say about its change. */
export const VERDICTS = ["proven", "weak", "flaky", "none"] as const;
export type Verdict = (typeof VERDICTS)[number];

export type TestOutcome = "passed" | "failed" | "skipped" | "absent";

/** How one test fared: at the base with the change's tests (twice), and with the whole change (twice). */
export type EvidenceRow = {
  name: string;
  before: TestOutcome[];
  after: TestOutcome[];
  /** Why it failed at the base, as the report tells. */
  reason: string | null;
  /** Whether it failed at the base for the right reason. */
  counts: boolean;
};

/** One file that a change touches. Modes are git's; `sha` is the id of its new content (zeros when deleted). */
export type ChangedFile = {
  path: string;
  oldMode: string;
  mode: string;
  sha: string;
  status: "added" | "modified" | "deleted";
};

/** What a model found in a change before it was committed: lines for people. `missing` says why there is no review. */
export type ChangeReview = {
  by: string;
  blocking: string[];
  notes: string[];
  missing: string | null;
};

/** What a run leaves behind about its change: everything that a pull request needs, long after its sandboxes are gone. */
export type Evidence = {
  verdict: Verdict;
  /** Why, in one sentence. */
  because: string;
  command: string | null;
  format: "tap" | "junit" | "json" | "text" | null;
  rows: EvidenceRow[];
  /** Tests that failed before the change already (at most 50 names), and how many there are. */
  preexisting: string[];
  preexistingCount: number;
  newlyFailing: string[];
  /** What a reviewer should look at: new dependencies, endpoints, configuration, grammars that are loose. */
  flags: string[];
  /** Changed files whose language we have no grammar for. */
  unchecked: string[];
  /** SHA-256 of the stored patch, in hex. */
  patchSha256: string;
  files: ChangedFile[];
  summary: string;
  baseBranch: string;
  /** Null where no model is set up; absent in runs from before there were reviews. */
  review?: ChangeReview | null;
};
