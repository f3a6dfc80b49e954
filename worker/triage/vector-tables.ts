import type { SimilarPair } from "./assignment";
import type { SparseFeatures } from "./embedders/embedder";
import type { IdfTable } from "./embedders/lexical/idf";
import type { Verdict } from "./grey-problem";
import type { Wording } from "./wording";

/** A report's vector as it is kept. `textAt`: when the text that was embedded was last changed. */
export type StoredVector = {
  feedbackId: string;
  textAt: number;
  embedder: string;
  stackShare: number;
  vector: Float32Array | null;
  /** For the second look; `null` when the embedder gives none, and where they were not asked for. */
  features: SparseFeatures | null;
  /** Where it crashed (`traceOf`); `null` when it tells no function. */
  trace: Uint32Array | null;
  /** How it puts it (`wordingOf`); `null` where it was not asked for. */
  wording: Wording | null;
};

/** Where vectors, their near pairs and verdicts on them are kept: the object's SQLite (`sqlite-vectors.ts`), or a test's memory. */
export type VectorTables = {
  /** Vectors with their pairs and the table they were weighed by, at once; what was known of pairs with these items is forgotten. */
  saveEmbedded(vectors: StoredVector[], edges: SimilarPair[], idf: IdfTable | null): void;
  vectorsOf(ids: string[]): StoredVector[];
  /** The vectors of one embedder without their features, at most `limit`, newest ids first, in pages of a few. */
  vectorPages(embedder: string, limit: number): Iterable<StoredVector[]>;
  /** Every stored pair that one of these items is in. */
  edgesOf(ids: string[]): SimilarPair[];
  /** Every stored pair of which both items are among these. */
  edgesAmong(ids: string[]): SimilarPair[];
  /** Verdicts on pairs of which both items are among these. */
  verdictsAmong(ids: string[]): Verdict[];
  forget(ids: string[]): void;
};
