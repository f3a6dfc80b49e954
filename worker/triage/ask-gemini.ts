import type { z } from "zod";
import { ForeignError } from "../kit/foreign-error";
import { geminiError } from "../kit/gemini-error";

/** `baseUrl` without a path; the SDK adds `/v1beta/models/…`. */
export type GeminiModel = { apiKey: string; baseUrl?: string; model: string };

/** A question whose answer is JSON. `schema` is what Gemini is told of its form, `form` what is checked. */
export type GeminiQuestion<T> = {
  /** What is asked for, as errors name it: `verdict`. */
  what: string;
  instruction: string;
  prompt: string;
  schema: object;
  form: z.ZodType<T>;
  outputTokens?: number;
  timeoutMs?: number;
};

/** The answer, and the tokens that it told of. */
export type GeminiAnswer<T> = { reply: T; inputTokens?: number; outputTokens?: number };

/**
 * Asks once, without thoughts and as deterministic as the service can. An answer that is cut, blocked, or not of the form is
 * `invalid_reply`. Throws `ForeignError`; nothing is retried here.
 */
export async function askGemini<T>(
  { apiKey, baseUrl, model }: GeminiModel,
  { what, instruction, prompt, schema, form, outputTokens, timeoutMs }: GeminiQuestion<T>,
): Promise<GeminiAnswer<T>> {
  const { GoogleGenAI } = await import("@google/genai");
  const client = new GoogleGenAI({
    apiKey,
    httpOptions: {
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
      ...(baseUrl ? { baseUrl } : {}),
    },
  });
  const answer = await client.models
    .generateContent({
      model,
      contents: [{ role: "user", parts: [{ text: prompt }] }],
      config: {
        systemInstruction: instruction,
        responseMimeType: "application/json",
        responseJsonSchema: schema,
        temperature: 0,
        ...(outputTokens === undefined ? {} : { maxOutputTokens: outputTokens }),
        thinkingConfig: { thinkingBudget: 0 },
      },
    })
    .catch((thrown: unknown) => {
      throw geminiError(thrown);
    });
  const [candidate] = answer.candidates ?? [];
  const ended = candidate?.finishReason;
  if (ended !== undefined && ended !== "STOP") throw invalidReply(what, `it ended with ${ended}`);
  const text = (candidate?.content?.parts ?? []).map((part) => part.text ?? "").join("");
  if (text === "")
    throw invalidReply(what, `no text (${answer.promptFeedback?.blockReason ?? "no reason"})`);
  const usage = answer.usageMetadata;
  return {
    reply: parseReply(what, text, form),
    inputTokens: usage?.promptTokenCount,
    outputTokens: usage?.candidatesTokenCount,
  };
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
