import type { SparseFeatures } from "./embedders/embedder";

/** What a judge said about two reports: one problem or not, and why. */
export type Verdict = { a: string; b: string; same: boolean; reason: string };

/** Two reports that a judge should look at: the nearest of two groups that the vectors can neither join nor part. */
export type Question = { a: string; b: string };

/** Two items, and how surely the one that is a text names the crash of the other. */
export type Quote = { i: number; j: number; similarity: number };

/**
 * Groups that vectors alone have joined with confidence, and what is known of them. Entries of the arrays belong to the same
 * items; vectors are scaled (`scaleOf`) by `scales`. `edges` hold every pair above `low`. `low`, `line` and `anchor` are raw.
 */
export type GreyProblem = {
  ids: readonly string[];
  vectors: readonly (Float32Array | null)[];
  features: readonly (SparseFeatures | null)[];
  weights: readonly number[];
  scales: readonly number[];
  stackShares: readonly number[];
  labels: readonly number[];
  edges: readonly (readonly [number, number])[];
  /** Texts that name a crash: pairs with their eased similarity, above the line. */
  quotes?: readonly Quote[];
  anchors: readonly (number | null)[];
  conflicts: readonly (readonly [number, number])[];
  verdicts: readonly Verdict[];
  /** When each report came, epoch milliseconds (null: not known), and the time that the project has had reports for. */
  dates?: { of: readonly (number | null)[]; spanMs: number };
  low: number;
  line: number;
  anchor: number;
};
