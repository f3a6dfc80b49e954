import { EMBEDDING_DIMENSIONS } from "../../domain/grouping";
import { ForeignError } from "../../kit/foreign-error";
import { normalise } from "../vectors/dot";
import type { Embedding, EmbedInput } from "./embedder";
import { mostTokens, type Pay } from "../pay";
import { embeddingText } from "./embedding-text";

/**
 * A model that embeds: `embed` answers one list of numbers per text, in order, and the tokens that it read if it says so. `service`
 * names it in errors; `textTokens` is the most that it reads of a text.
 */
export type TextModel = {
  service: string;
  batch: number;
  textTokens: number;
  truncateBodyChars: number;
  pay: Pay;
  embed(texts: string[]): Promise<{
    vectors: readonly (readonly unknown[] | undefined)[];
    tokens: number | null;
  }>;
};

/**
 * Embeds reports with a model, in batches of what it takes at once. A report without text is not sent and has no vector. The
 * reply is not trusted: number of vectors, their dimensions and values are checked, and vectors are brought to unit length.
 */
export async function embedTexts(inputs: EmbedInput[], model: TextModel): Promise<Embedding[]> {
  const texts = inputs.map((input) => embeddingText(input, model.truncateBodyChars));
  const sent = texts.flatMap((text, i) => (text === "" ? [] : [i]));
  const vectors: (Float32Array | null)[] = inputs.map(() => null);
  for (let from = 0; from < sent.length; from += model.batch) {
    const batch = sent.slice(from, from + model.batch);
    const found = await vectorsOf(
      model,
      batch.map((i) => texts[i]!),
    );
    if (found.length !== batch.length) {
      throw invalid(model, `${found.length} vectors for ${batch.length} texts`);
    }
    batch.forEach((place, i) => (vectors[place] = unitVector(model, found[i])));
  }
  return inputs.map(({ id }, i) => ({ id, vector: vectors[i]!, stackShare: 0 }));
}

async function vectorsOf({ pay, embed, textTokens }: TextModel, texts: string[]) {
  const input = texts.reduce((sum, text) => sum + Math.min(textTokens, mostTokens(text)), 0);
  return pay({ input, output: 0 }, async () => {
    const { vectors, tokens } = await embed(texts);
    return { answer: vectors, used: tokens === null ? null : { input: tokens, output: 0 } };
  });
}

function unitVector(model: TextModel, values: readonly unknown[] | undefined): Float32Array {
  if (values?.length !== EMBEDDING_DIMENSIONS) {
    throw invalid(model, `${values?.length ?? 0} dimensions`);
  }
  const unit = normalise(Float32Array.from(values, Number));
  if (!unit) throw invalid(model, "a vector without direction");
  return unit;
}

function invalid({ service }: TextModel, what: string): ForeignError {
  return new ForeignError("invalid_reply", `${service}'s embedding reply has ${what}`);
}
