import { EMBEDDING_DIMENSIONS } from "../../domain/grouping";
import { geminiError } from "../../kit/gemini-error";
import type { GeminiModel } from "../ask-gemini";
import { embedTexts } from "./embed-texts";
import type { Embedder } from "./embedder";

/** `truncateBodyChars` cuts the body of each report. */
export type GeminiEmbedderSettings = GeminiModel & { truncateBodyChars: number };

/** What it reads of a text at most, in tokens. */
const TEXT_TOKENS = 2_048;
/** More are refused: "at most 100 requests can be in one batch". */
const BATCH = 100;
const TIMEOUT_MS = 30_000;

/**
 * Embeds with Gemini's batch call. The number of vectors is checked against the number of texts (newer models make one
 * vector of several strings), and vectors are brought to unit length, which Google does not do below 3,072 dimensions.
 * A report without text is not sent. Throws `ForeignError`, and `budget_exceeded`; nothing is
 * retried here.
 */
export function createGeminiEmbedder(settings: GeminiEmbedderSettings): Embedder {
  const { model, pay, truncateBodyChars } = settings;
  const limits = { batch: BATCH, textTokens: TEXT_TOKENS, truncateBodyChars };
  const embed = (texts: string[]) => embedBatch(settings, texts);
  return {
    name: "gemini",
    version: `${model}@${EMBEDDING_DIMENSIONS}`,
    // The identity, until someone measures with a key (test/eval).
    anchors: { text: 0.72, stack: 0.72 },
    atOnce: BATCH,
    embed: (inputs) => embedTexts(inputs, { service: "Gemini", ...limits, pay, embed }),
  };
}

async function embedBatch({ apiKey, baseUrl, model }: GeminiModel, texts: string[]) {
  const { GoogleGenAI } = await import("@google/genai");
  const httpOptions = { timeout: TIMEOUT_MS, ...(baseUrl ? { baseUrl } : {}) };
  const client = new GoogleGenAI({ apiKey, httpOptions });
  const reply = await client.models
    .embedContent({
      model,
      contents: texts.map((text) => ({ parts: [{ text }] })),
      config: { outputDimensionality: EMBEDDING_DIMENSIONS, taskType: "SEMANTIC_SIMILARITY" },
    })
    .catch((thrown: unknown) => {
      throw geminiError(thrown);
    });
  const found = reply.embeddings ?? [];
  const told = found.map(({ statistics }) => statistics?.tokenCount);
  // Google tells the tokens of embeddings in some of its services only.
  const all = told.length > 0 && told.every((count) => count !== undefined);
  return {
    vectors: found.map(({ values }) => values),
    tokens: all ? told.reduce((sum, count) => sum + count!, 0) : null,
  };
}
