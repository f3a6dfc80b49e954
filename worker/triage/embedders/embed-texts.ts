import { EMBEDDING_DIMENSIONS } from "../../domain/grouping";
import { ForeignError } from "../../kit/foreign-error";
import { normalise } from "../vectors/dot";
import type { Embedding, EmbedInput } from "./embedder";
import { embeddingText } from "./embedding-text";

/** A model that embeds: `embed` answers one list of numbers per text, in order. `service` names it in errors. */
export type TextModel = {
  service: string;
  batch: number;
  truncateBodyChars: number;
  embed(texts: string[]): Promise<readonly (readonly unknown[] | undefined)[]>;
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
    const found = await model.embed(batch.map((i) => texts[i]!));
    if (found.length !== batch.length) {
      throw invalid(model, `${found.length} vectors for ${batch.length} texts`);
    }
    batch.forEach((place, i) => (vectors[place] = unitVector(model, found[i])));
  }
  return inputs.map(({ id }, i) => ({ id, vector: vectors[i]!, stackShare: 0 }));
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
