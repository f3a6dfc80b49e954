import { EMBEDDING_DIMENSIONS } from "../../domain/grouping";
import { geminiError } from "../../kit/gemini-error";
import { embedTexts } from "./embed-texts";
import type { Embedder } from "./embedder";

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

/**
 * Embeds with Gemini's batch call. The number of vectors is checked against the number of texts (newer models make one
 * vector of several strings), and vectors are brought to unit length, which Google does not do below 3,072 dimensions.
 * A report without text is not sent. Throws `ForeignError`; nothing is retried here.
 */
export function createGeminiEmbedder(settings: GeminiEmbedderSettings): Embedder {
  const model = settings.model ?? GEMINI_EMBEDDING_MODEL;
  const { truncateBodyChars } = settings;
  const embed = (texts: string[]) => embedBatch(settings, model, texts);
  return {
    name: "gemini",
    version: `${model}@${EMBEDDING_DIMENSIONS}`,
    // The identity, until someone measures with a key (test/eval).
    anchors: { text: 0.72, stack: 0.72 },
    atOnce: BATCH,
    embed: (inputs) =>
      embedTexts(inputs, { service: "Gemini", batch: BATCH, truncateBodyChars, embed }),
  };
}

async function embedBatch(settings: GeminiEmbedderSettings, model: string, texts: string[]) {
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
  return (reply.embeddings ?? []).map(({ values }) => values);
}
