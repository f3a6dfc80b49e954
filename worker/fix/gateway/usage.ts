import { z } from "zod";
import type { TokenCount } from "./price";

export type Wire = "openai" | "gemini";

const OpenAiUsage = z.looseObject({
  usage: z.looseObject({
    prompt_tokens: z.number().nonnegative(),
    completion_tokens: z.number().nonnegative(),
  }),
});
const GeminiUsage = z.looseObject({
  usageMetadata: z.looseObject({
    promptTokenCount: z.number().nonnegative().default(0),
    candidatesTokenCount: z.number().nonnegative().default(0),
    thoughtsTokenCount: z.number().nonnegative().default(0),
  }),
});

/** The tokens that an answer says it cost: from a whole JSON answer, or the last event of a stream; null when it says none. */
export function usageOf(wire: Wire, text: string): TokenCount | null {
  const events = text.split(/\r?\n/).flatMap((line) => /^data: (\{.*\})\s*$/.exec(line)?.[1] ?? []);
  for (const candidate of [...events.reverse(), text]) {
    const usage = readUsage(wire, candidate);
    if (usage) return usage;
  }
  return null;
}

function readUsage(wire: Wire, json: string): TokenCount | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  if (wire === "openai") {
    const usage = OpenAiUsage.safeParse(value).data?.usage;
    return usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : null;
  }
  const usage = GeminiUsage.safeParse(value).data?.usageMetadata;
  if (!usage) return null;
  return {
    input: usage.promptTokenCount,
    output: usage.candidatesTokenCount + usage.thoughtsTokenCount,
  };
}
