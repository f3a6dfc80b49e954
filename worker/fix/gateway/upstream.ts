import { z } from "zod";
import { DomainError } from "../../domain/errors";
import type { ProviderModel } from "./providers";

/** A call as it came from the sandbox. `call` is Gemini's last path part: `{model}:{method}`. */
export type ModelCall =
  | { wire: "openai"; body: Uint8Array }
  | { wire: "gemini"; call: string; body: Uint8Array };

/** The request that goes to the model's service, and the most tokens that its answer may have. */
export type Upstream = {
  url: string;
  headers: Record<string, string>;
  body: string;
  outputTokens: number;
};

/** Most tokens that one answer may have: forced into every request, so that its price is bounded before it is made. */
const OUTPUT_LIMIT = 8_192;

/**
 * What an agent needs of a chat, and no more: fields that are not named here are dropped. The service could otherwise be told
 * to search the web, to fetch an address, or to bill another tariff, and the sandbox would have a way out through it.
 */
const OpenAiBody = z.object({
  messages: z
    .array(
      z.looseObject({
        role: z.string(),
        content: z.union([z.string(), z.array(openAiPart()), z.null()]).optional(),
      }),
    )
    .min(1),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
  stream: z.boolean().optional(),
  tools: z.array(z.looseObject({ type: z.literal("function") })).optional(),
  tool_choice: z.unknown().optional(),
  parallel_tool_calls: z.boolean().optional(),
  temperature: z.number().optional(),
  top_p: z.number().optional(),
  presence_penalty: z.number().optional(),
  frequency_penalty: z.number().optional(),
  seed: z.number().optional(),
  stop: z.union([z.string(), z.array(z.string())]).optional(),
  response_format: z.unknown().optional(),
  reasoning_effort: z.string().optional(),
});

/** A picture must come with its bytes: the service fetches an address, which would carry words out. */
function openAiPart() {
  return z.union(
    [
      z.object({ type: z.literal("text"), text: z.string() }),
      z.object({ type: z.literal("refusal"), refusal: z.string() }),
      z.object({
        type: z.literal("image_url"),
        image_url: z.looseObject({ url: z.string().startsWith("data:") }),
      }),
    ],
    { error: "only text and pictures with their bytes may be sent" },
  );
}

const GeminiPart = z.object({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  thoughtSignature: z.string().optional(),
  inlineData: z.unknown().optional(),
  functionCall: z.unknown().optional(),
  functionResponse: z.unknown().optional(),
});
const GeminiContent = z.object({ role: z.string().optional(), parts: z.array(GeminiPart) });

/** The same for Gemini: of the tools only functions, which run in the sandbox; of the parts none that names an address. */
const GeminiBody = z.object({
  contents: z.array(GeminiContent).min(1),
  systemInstruction: GeminiContent.optional(),
  tools: z.array(z.object({ functionDeclarations: z.array(z.unknown()).optional() })).optional(),
  toolConfig: z.object({ functionCallingConfig: z.unknown().optional() }).optional(),
  generationConfig: z
    .object({
      maxOutputTokens: z.number().optional(),
      temperature: z.number().optional(),
      topP: z.number().optional(),
      topK: z.number().optional(),
      seed: z.number().optional(),
      stopSequences: z.array(z.string()).optional(),
      responseMimeType: z.string().optional(),
      responseSchema: z.unknown().optional(),
      responseJsonSchema: z.unknown().optional(),
      thinkingConfig: z.unknown().optional(),
    })
    .optional(),
});

/**
 * The request to make for a call. An answer has `limit` tokens at most, whatever the call asks for. Throws coded errors for a body
 * that is not one.
 */
export function upstreamOf(model: ProviderModel, call: ModelCall, limit = OUTPUT_LIMIT): Upstream {
  return call.wire === "openai"
    ? openAi(model, call.body, limit)
    : gemini(model, call.call, call.body, limit);
}

/**
 * Whether a call begins a conversation: the model has not spoken in it yet. Only then may another model take over, for the middle
 * of one carries what only its own model understands.
 */
export function beginsConversation(call: ModelCall): boolean {
  return call.wire === "openai"
    ? parse(OpenAiBody, call.body).messages.every(({ role }) => !SPOKEN.has(role))
    : parse(GeminiBody, call.body).contents.every(({ role }) => !SPOKEN.has(role ?? "user"));
}

const SPOKEN = new Set(["assistant", "tool", "function", "model"]);

function openAi(model: ProviderModel, bytes: Uint8Array, limit: number): Upstream {
  const { max_completion_tokens: newer, max_tokens: older, ...body } = parse(OpenAiBody, bytes);
  const outputTokens = bounded(limit, newer ?? older);
  return {
    url: `${model.baseUrl}/chat/completions`,
    headers: { authorization: `Bearer ${model.apiKey}` },
    body: JSON.stringify({
      ...body,
      model: model.name,
      max_tokens: outputTokens,
      n: 1,
      ...(body.stream ? { stream_options: { include_usage: true } } : {}),
    }),
    outputTokens,
  };
}

function gemini(model: ProviderModel, call: string, bytes: Uint8Array, limit: number): Upstream {
  const method = /:(generateContent|streamGenerateContent)$/.exec(call)?.[1];
  if (!method) {
    throw new DomainError(
      "not_found",
      "The gateway knows generateContent and streamGenerateContent.",
    );
  }
  const body = parse(GeminiBody, bytes);
  const outputTokens = bounded(limit, body.generationConfig?.maxOutputTokens);
  const query = method === "streamGenerateContent" ? "?alt=sse" : "";
  return {
    url: `${model.baseUrl}/v1beta/models/${encodeURIComponent(model.name)}:${method}${query}`,
    headers: { "x-goog-api-key": model.apiKey },
    body: JSON.stringify({
      ...body,
      generationConfig: {
        ...body.generationConfig,
        maxOutputTokens: outputTokens,
        candidateCount: 1,
      },
    }),
    outputTokens,
  };
}

function bounded(limit: number, asked = limit): number {
  return Math.max(1, Math.min(Math.floor(asked), limit));
}

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new DomainError("malformed_body", "The body is not JSON.");
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new DomainError("invalid_input", `${issue.path.join(".")}: ${issue.message}`);
}
