import { z } from "zod";
import type { ModelChoices, ModelTask } from "../../domain/models";
import { ForeignError, foreignKindOfStatus } from "../../kit/foreign-error";
import { readStream } from "../../kit/read-stream";
import type { Payer } from "./account";
import { callModel, type Candidate } from "./call-model";
import type { GatewayDeps } from "./deps";
import { ModelHalt } from "./halt";
import { fallbackModel, modelOfTask, type ProviderModel } from "./providers";
import type { Refusal } from "./send";
import type { ModelCall } from "./upstream";
import { usageOf, type Wire } from "./usage";

/** What the Worker itself asks. `schema` is the JSON schema of the answer; `outputLimit` its most tokens, thoughts included. */
export type Question = {
  instruction: string;
  prompt: string;
  schema: Record<string, unknown>;
  outputLimit: number;
};

/** A model to ask for JSON: the answer's text is whole, but not checked. */
export type AskedModel = { name: string; ask(question: Question): Promise<string> };

/** How long the Worker waits for a busy service before it gives up or asks the fallback. */
const PATIENCE_MS = 60_000;
const REPLY_LIMIT = 4 * 1024 * 1024;

/**
 * The model of a task; null where none is set up. Every question is reserved, paid and written in the ledger as an agent's call is.
 * Asking throws `ModelHalt` where money or the day's quota is gone, and `ForeignError` for all else.
 */
export function askedModel(
  deps: GatewayDeps,
  choices: ModelChoices | undefined,
  payer: Payer,
  task: ModelTask,
): AskedModel | null {
  const model = modelOfTask(deps.settings, choices, task);
  if (!model) return null;
  const standIn = fallbackModel(deps.settings);
  return {
    name: model.name,
    async ask(question) {
      const first = candidate(model, question);
      const candidates: [Candidate, ...Candidate[]] = standIn
        ? [first, candidate(standIn, question)]
        : [first];
      const called = await callModel(deps, payer, task, candidates, {
        patienceMs: PATIENCE_MS,
        outputLimit: question.outputLimit,
      });
      if (called.kind === "refusal") throw failureOf(called.refusal);
      const text = await replyOf(called.response);
      const { wire } = called.model;
      const usage = usageOf(wire, text);
      if (usage) await called.account.settle(usage);
      return answerOf(wire, text);
    },
  };
}

function candidate(model: ProviderModel, question: Question): Candidate {
  return { model, call: callOf(model.wire, question) };
}

/** Both wires are told to answer in JSON; the schema goes into the instruction too, since not every service obeys one. */
function callOf(wire: Wire, { instruction, prompt, schema }: Question): ModelCall {
  const encode = (body: unknown) => new TextEncoder().encode(JSON.stringify(body));
  if (wire === "gemini") {
    return {
      wire,
      call: "model:generateContent",
      body: encode({
        systemInstruction: { parts: [{ text: instruction }] },
        contents: [{ role: "user", parts: [{ text: prompt }] }],
        generationConfig: {
          responseMimeType: "application/json",
          responseJsonSchema: schema,
          temperature: 0,
        },
      }),
    };
  }
  const system = `${instruction}\nThe JSON schema of your answer: ${JSON.stringify(schema)}`;
  return {
    wire,
    body: encode({
      messages: [
        { role: "system", content: system },
        { role: "user", content: prompt },
      ],
      response_format: { type: "json_object" },
      temperature: 0,
    }),
  };
}

function failureOf({ status, retryAfterSeconds, today }: Refusal): Error {
  if (today) return new ModelHalt("daily_quota");
  if (status === null) return new ForeignError("unavailable", "The model's service did not answer");
  const kind = foreignKindOfStatus(status);
  return new ForeignError(kind, `The model's service answered ${status}`, {
    status,
    retryAfterSeconds: kind === "rate_limited" ? retryAfterSeconds : undefined,
  });
}

async function replyOf(response: Response): Promise<string> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readStream(response.body, REPLY_LIMIT);
  } catch (cause) {
    throw new ForeignError("unavailable", "The model's answer broke off", { cause });
  }
  if (!bytes) throw invalid("it is too long");
  return new TextDecoder().decode(bytes);
}

const OpenAiReply = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish() }),
      }),
    )
    .min(1),
});
const GeminiReply = z.object({
  candidates: z
    .array(
      z.object({
        finishReason: z.string().optional(),
        content: z
          .object({
            parts: z
              .array(z.object({ text: z.string().optional(), thought: z.boolean().optional() }))
              .optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  promptFeedback: z.object({ blockReason: z.string().optional() }).optional(),
});

/** The text of a whole answer. One that was cut, blocked or is empty is `invalid_reply`. */
function answerOf(wire: Wire, text: string): string {
  const { said, ended } = wire === "openai" ? openAiAnswer(text) : geminiAnswer(text);
  if (ended !== null && ended !== "stop") throw invalid(`it ended with ${ended}`);
  if (said.trim() === "") throw invalid("it is empty");
  return unfenced(said);
}

function openAiAnswer(text: string): { said: string; ended: string | null } {
  const [choice] = parse(OpenAiReply, text).choices;
  return { said: choice!.message.content ?? "", ended: choice!.finish_reason ?? null };
}

function geminiAnswer(text: string): { said: string; ended: string | null } {
  const { candidates, promptFeedback } = parse(GeminiReply, text);
  const [first] = candidates ?? [];
  if (!first) throw invalid(`no answer (${promptFeedback?.blockReason ?? "no reason"})`);
  const parts = first.content?.parts ?? [];
  const said = parts.map((part) => (part.thought ? "" : (part.text ?? ""))).join("");
  return { said, ended: first.finishReason?.toLowerCase() ?? null };
}

/** Some models put JSON into a fence of Markdown, whatever they are told. */
function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n([\s\S]*?)\n```\s*$/.exec(text)?.[1] ?? text;
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid("no JSON");
  }
  const reply = schema.safeParse(json);
  if (!reply.success) throw invalid("another form");
  return reply.data;
}

function invalid(what: string): ForeignError {
  return new ForeignError("invalid_reply", `The model's answer: ${what}`);
}
