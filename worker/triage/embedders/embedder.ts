import type { Crash } from "../../domain/feedback";

/** What an embedder reads of a report. */
export type EmbedInput = { id: string; title: string; body: string; crash: Crash | null };

/**
 * The heaviest features of a report before hashing: 32-bit keys in ascending order and a weight for each, at unit length
 * together. Frozen with the vector. Kept for a second look at near neighbours (`vectors/rerank.ts`).
 */
export type SparseFeatures = { keys: Uint32Array; weights: Float32Array };

/**
 * `vector` has `EMBEDDING_DIMENSIONS` values and unit length, or is `null` when there is nothing to embed.
 * `stackShare` is the share (0 to 1) of the squared feature weight that comes from stack frames; it decides which anchor
 * a pair is measured by (`threshold.ts`). Below 0, down to -1, it says that a text is so short that those of one problem share less than
 * longer ones do: its line is as far below the text anchor.
 */
export type Embedding = {
  id: string;
  vector: Float32Array | null;
  stackShare: number;
  features?: SparseFeatures;
};

/** The raw cosine that means the user-facing 0.72, for pairs of texts and for pairs of stack traces. */
export type Anchors = { text: number; stack: number };

/**
 * Turns reports into vectors. Vectors of different `name` or `version` live in different spaces and are never compared.
 * The answer has one entry per input, in the order of the inputs. An adapter of an outside service throws `ForeignError`.
 */
export type Embedder = {
  name: string;
  version: string;
  anchors: Anchors;
  /** How many reports it is given at once: what a service takes, or what holds up nobody else. */
  atOnce: number;
  embed(inputs: EmbedInput[]): Promise<Embedding[]>;
};
