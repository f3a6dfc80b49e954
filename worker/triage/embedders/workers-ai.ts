import { z } from "zod";
import { EMBEDDING_DIMENSIONS } from "../../domain/grouping";
import { ForeignError } from "../../kit/foreign-error";
import type { Pay } from "../pay";
import { embedTexts } from "./embed-texts";
import type { Embedder } from "./embedder";

/** The part of Cloudflare's `AI` binding that is used. */
export type WorkersAi = {
  run(model: string, input: { text: string[]; pooling: "cls" }): Promise<unknown>;
};
/** `truncateBodyChars` cuts the body of each report; the model itself reads 512 tokens. `pay` is asked before each call. */
export type WorkersAiEmbedderSettings = { ai: WorkersAi; truncateBodyChars: number; pay: Pay };

export const WORKERS_AI_MODEL = "@cf/baai/bge-base-en-v1.5";
/** More texts in one call are refused. */
const BATCH = 100;
/** What it reads of a text at most, in tokens. */
const TEXT_TOKENS = 512;

const Reply = z.object({ data: z.array(z.array(z.number())) });

/**
 * Embeds with Workers AI, inside the same Cloudflare account: no key, English only. `cls` pooling is what the model was
 * trained for; vectors of the binding's default (`mean`) are not comparable, so the pooling is in the version. Throws
 * `ForeignError`, and `budget_exceeded`; nothing is retried here.
 */
export function createWorkersAiEmbedder(settings: WorkersAiEmbedderSettings): Embedder {
  const { ai, pay, truncateBodyChars } = settings;
  const limits = { batch: BATCH, textTokens: TEXT_TOKENS, truncateBodyChars };
  // The binding tells no tokens: a call counts at the most that it can have read.
  const embed = async (texts: string[]) => ({ vectors: await embedBatch(ai, texts), tokens: null });
  return {
    name: "workers_ai",
    version: `bge-base-en-v1.5:cls@${EMBEDDING_DIMENSIONS}`,
    // Cosines of this model crowd above 0.5; its authors advise 0.8 to 0.9 for "the same". Not measured with an account.
    anchors: { text: 0.82, stack: 0.82 },
    atOnce: BATCH,
    embed: (inputs) => embedTexts(inputs, { service: "Workers AI", ...limits, pay, embed }),
  };
}

async function embedBatch(ai: WorkersAi, texts: string[]): Promise<number[][]> {
  let answer: unknown;
  try {
    answer = await ai.run(WORKERS_AI_MODEL, { text: texts, pooling: "cls" });
  } catch (cause) {
    throw new ForeignError("unavailable", "Workers AI failed", { cause });
  }
  const reply = Reply.safeParse(answer);
  if (!reply.success) throw new ForeignError("invalid_reply", "Workers AI's reply has no vectors");
  return reply.data.data;
}
