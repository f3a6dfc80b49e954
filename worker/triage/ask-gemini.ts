import type { z } from "zod";
import { ForeignError } from "../kit/foreign-error";
import { geminiError } from "../kit/gemini-error";
import { mostTokens, type Pay, type TokenCount } from "./pay";

/** `baseUrl` without a path; the SDK adds `/v1beta/models/…`. `pay` is asked before each call. */
export type GeminiModel = { apiKey: string; baseUrl?: string | undefined; model: string; pay: Pay };

/** A question whose answer is JSON. `schema` is what Gemini is told of its form, `form` what is checked. */
export type GeminiQuestion<T> = {
  /** What is asked for, as errors name it: `verdict`. */
  what: string;
  instruction: string;
  prompt: string;
  schema: object;
  form: z.ZodType<T>;
  /** The longest answer. */
  outputTokens: number;
};

/** A slice of the project's object waits for the answer, and people's changes wait for the slice. */
const TIMEOUT_MS = 12_000;
/** What a model that cannot but think is given for it, in tokens; the least that Gemini's larger ones take. */
const LEAST_THOUGHTS = 128;

/**
 * Asks once, with as few thoughts and as deterministic as the service can. An answer that is cut, blocked, or not of the form is
 * `invalid_reply`, and paid for. Throws `ForeignError`, and `budget_exceeded`; nothing is retried here.
 */
export async function askGemini<T>(
  { apiKey, baseUrl, model, pay }: GeminiModel,
  { what, instruction, prompt, schema, form, outputTokens }: GeminiQuestion<T>,
): Promise<T> {
  const { GoogleGenAI } = await import("@google/genai");
  const httpOptions = { timeout: TIMEOUT_MS, ...(baseUrl ? { baseUrl } : {}) };
  const client = new GoogleGenAI({ apiKey, httpOptions });
  const thinkingBudget = /flash/.test(model) ? 0 : LEAST_THOUGHTS;
  const maxOutputTokens = outputTokens + thinkingBudget;
  const asked = instruction + prompt + JSON.stringify(schema);
  const most = { input: mostTokens(asked), output: maxOutputTokens };
  const answer = await pay(most, async () => {
    const given = await client.models
      .generateContent({
        model,
        contents: [{ role: "user", parts: [{ text: prompt }] }],
        config: {
          systemInstruction: instruction,
          responseMimeType: "application/json",
          responseJsonSchema: schema,
          temperature: 0,
          maxOutputTokens,
          thinkingConfig: { thinkingBudget },
        },
      })
      .catch((thrown: unknown) => {
        throw geminiError(thrown);
      });
    return { answer: given, used: usedOf(given.usageMetadata) };
  });
  const [candidate] = answer.candidates ?? [];
  const ended = candidate?.finishReason;
  if (ended !== undefined && ended !== "STOP") throw invalidReply(what, `it ended with ${ended}`);
  const text = (candidate?.content?.parts ?? [])
    .map((part) => (part.thought ? "" : (part.text ?? "")))
    .join("");
  if (text === "")
    throw invalidReply(what, `no text (${answer.promptFeedback?.blockReason ?? "no reason"})`);
  return parseReply(what, text, form);
}

type Usage = Partial<
  Record<"promptTokenCount" | "candidatesTokenCount" | "thoughtsTokenCount", number>
>;

function usedOf(usage: Usage | undefined): TokenCount | null {
  if (usage?.promptTokenCount === undefined) return null;
  const { candidatesTokenCount = 0, thoughtsTokenCount = 0 } = usage;
  return { input: usage.promptTokenCount, output: candidatesTokenCount + thoughtsTokenCount };
}

function parseReply<T>(what: string, text: string, form: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalidReply(what, "no JSON");
  }
  const reply = form.safeParse(json);
  if (!reply.success) throw invalidReply(what, "another form");
  return reply.data;
}

/** The error for an answer that was whole but is of no use. */
export function invalidReply(what: string, fault: string): ForeignError {
  return new ForeignError("invalid_reply", `Gemini's ${what}: ${fault}`);
}
