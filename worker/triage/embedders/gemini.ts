import { EMBEDDING_DIMENSIONS } from "../../domain/grouping";
import { ForeignError } from "../../kit/foreign-error";
import { geminiError } from "../../kit/gemini-error";
import { normalise } from "../vectors/dot";
import type { Embedder, Embedding, EmbedInput } from "./embedder";

/** `baseUrl` without a path; the SDK adds `/v1beta/models/…`. `truncateBodyChars` cuts the body of each report. */
export type GeminiEmbedderSettings = {
  apiKey: string;
  truncateBodyChars: number;
  baseUrl?: string;
  model?: string;
};

export const GEMINI_EMBEDDING_MODEL = "gemini-embedding-001";
/** More are refused: "at most 100 requests can be in one batch". */
const BATCH = 100;
const FRAMES_TOLD = 10;

/**
 * Embeds with Gemini's batch call. The number of vectors is checked against the number of texts (newer models make one
 * vector of several strings), and vectors are brought to unit length, which Google does not do below 3,072 dimensions.
 * A report without text is not sent. Throws `ForeignError`; nothing is retried here.
 */
export function createGeminiEmbedder(settings: GeminiEmbedderSettings): Embedder {
  const model = settings.model ?? GEMINI_EMBEDDING_MODEL;
  return {
    name: "gemini",
    version: `${model}@${EMBEDDING_DIMENSIONS}`,
    // The identity, until someone measures with a key (test/eval).
    anchors: { text: 0.72, stack: 0.72 },
    async embed(inputs) {
      const texts = inputs.map((input) => embeddingText(input, settings.truncateBodyChars));
      const sent = texts.flatMap((text, i) => (text === "" ? [] : [i]));
      const vectors: (Float32Array | null)[] = inputs.map(() => null);
      for (let from = 0; from < sent.length; from += BATCH) {
        const batch = sent.slice(from, from + BATCH);
        const found = await embedBatch(
          settings,
          model,
          batch.map((i) => texts[i]!),
        );
        batch.forEach((place, i) => (vectors[place] = found[i]!));
      }
      return inputs.map(({ id }, i): Embedding => ({ id, vector: vectors[i]!, stackShare: 0 }));
    },
  };
}

async function embedBatch(
  settings: GeminiEmbedderSettings,
  model: string,
  texts: string[],
): Promise<Float32Array[]> {
  const { GoogleGenAI } = await import("@google/genai");
  const client = new GoogleGenAI({
    apiKey: settings.apiKey,
    httpOptions: settings.baseUrl ? { baseUrl: settings.baseUrl } : {},
  });
  const reply = await client.models
    .embedContent({
      model,
      contents: texts.map((text) => ({ parts: [{ text }] })),
      config: { outputDimensionality: EMBEDDING_DIMENSIONS, taskType: "SEMANTIC_SIMILARITY" },
    })
    .catch((thrown: unknown) => {
      throw geminiError(thrown);
    });
  const embeddings = reply.embeddings ?? [];
  if (embeddings.length !== texts.length) {
    throw invalid(`${embeddings.length} vectors for ${texts.length} texts`);
  }
  return embeddings.map(({ values }) => unitVector(values));
}

function unitVector(values: readonly unknown[] | undefined): Float32Array {
  if (values?.length !== EMBEDDING_DIMENSIONS) throw invalid(`${values?.length ?? 0} dimensions`);
  const unit = normalise(Float32Array.from(values, Number));
  if (!unit) throw invalid("a vector without direction");
  return unit;
}

function invalid(what: string): ForeignError {
  return new ForeignError("invalid_reply", `Gemini's embedding reply has ${what}`);
}

/** Title, error with its nearest frames, and the body's beginning; empty when there is nothing to say. */
export function embeddingText(input: EmbedInput, truncateBodyChars: number): string {
  const { crash } = input;
  const error = crash ? [crash.type, crash.message].filter(Boolean).join(": ") : "";
  const frames = (crash?.frames ?? [])
    .slice(0, FRAMES_TOLD)
    .map((frame) => [frame.module ?? frame.file, frame.function].filter(Boolean).join(" "));
  return [input.title, error, ...frames, input.body.slice(0, truncateBodyChars)]
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("\n");
}
