import type { Anchors, Embedder, Embedding, EmbedInput } from "../embedder";
import { extractFeatures } from "./features";
import { learn, type IdfTable } from "./idf";
import { project } from "./project";

export const LEXICAL_NAME = "lexical";
/** Changes whenever the same report would get another vector. */
export const LEXICAL_VERSION = "2";
/** Measured with test/eval on public duplicate sets. */
export const LEXICAL_ANCHORS: Anchors = {
  text: 0.33,
  stack: 0.7,
};

/**
 * The embedder that needs no key and no model: hashed words, identifiers, pieces of words and stack frames, weighed by
 * document frequencies learnt online. `table` is the caller's: each report is counted in it before it is weighed, so
 * persist it in the same write as the vectors. Never throws. About 1,500 reports a second on one core.
 */
export function createLexicalEmbedder(table: IdfTable): Embedder {
  return {
    name: LEXICAL_NAME,
    version: LEXICAL_VERSION,
    anchors: LEXICAL_ANCHORS,
    atOnce: 10,
    embed: async (inputs) => inputs.map((input) => embedLexically(input, table)),
  };
}

/** From so many words on a text is not short; at `FEW_WORDS` and below it is as short as counts. */
const ENOUGH_WORDS = 20;
const WORD = /[\p{L}\p{N}]+/gu;
const FEW_WORDS = 10;
const BREVITY = 0.25;

/** How much lower the line of a text of few words lies: about 0.26 instead of 0.31 for ten words. */
function brevity({ title, body }: EmbedInput): number {
  const words = `${title} ${body.slice(0, 400)}`.match(WORD)?.length ?? 0;
  const missing = (ENOUGH_WORDS - words) / (ENOUGH_WORDS - FEW_WORDS);
  return BREVITY * Math.min(1, Math.max(0, missing));
}

/** One report, without waiting: counts it in `table` and returns its embedding. */
export function embedLexically(input: EmbedInput, table: IdfTable): Embedding {
  const features = extractFeatures(input);
  learn(
    table,
    features.map(({ key }) => key),
  );
  const embedding = project(features, table);
  if (!embedding.vector || embedding.stackShare > 0) return { id: input.id, ...embedding };
  return { id: input.id, ...embedding, stackShare: -brevity(input) };
}
