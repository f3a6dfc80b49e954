import { z } from "zod";
import { PlanContent } from "../../domain/plan";
import { ForeignError } from "../../kit/foreign-error";
import { geminiError } from "../../kit/gemini-error";
import { deterministicPlanner, scopedPaths } from "./deterministic";
import { INSTRUCTION, promptOf, REPLY_SCHEMA } from "./gemini-prompt";
import type { Planner } from "./planner";

/** `baseUrl` without a path; the SDK adds `/v1beta/models/…`. */
export type GeminiPlannerSettings = {
  apiKey: string;
  baseUrl?: string;
  model?: string;
  timeoutMs?: number;
};

export const GEMINI_PLAN_MODEL = "gemini-2.5-flash";
const PATIENCE_MS = 60_000;

const text = (limit: number) =>
  z
    .string()
    .trim()
    .min(1)
    .transform((value) => value.slice(0, limit));
const Reply = z.object({
  summary: text(4_000),
  hypotheses: z.array(text(2_000)),
  candidate_files: z.array(
    z.object({ path: z.string(), reason: text(500), line: z.number().nullable().catch(null) }),
  ),
  steps: z.array(text(2_000)).min(1),
  validation: z.array(text(2_000)),
});

/**
 * Plans with Gemini. The deterministic plan goes in as its starting point and stays the source of `crash`; candidate files
 * that the tree does not have are dropped, and when none is left the deterministic ones stand. A reply that is cut, blocked
 * or not of the form is `invalid_reply`. Throws `ForeignError`; the caller falls back to `deterministicPlanner`.
 */
export function createGeminiPlanner(settings: GeminiPlannerSettings): Planner {
  return {
    name: "gemini",
    async plan(input) {
      const base = await deterministicPlanner.plan(input);
      const paths = scopedPaths(input);
      const reply = await generate(settings, await promptOf(input, paths, base.candidate_files));
      return merged(base, parseReply(reply), new Set(paths));
    },
  };
}

async function generate(settings: GeminiPlannerSettings, prompt: string): Promise<string> {
  const { GoogleGenAI } = await import("@google/genai");
  const timeout = settings.timeoutMs ?? PATIENCE_MS;
  const client = new GoogleGenAI({
    apiKey: settings.apiKey,
    httpOptions: { timeout, ...(settings.baseUrl ? { baseUrl: settings.baseUrl } : {}) },
  });
  const reply = await client.models
    .generateContent({
      model: settings.model ?? GEMINI_PLAN_MODEL,
      contents: [{ role: "user", parts: [{ text: prompt }] }],
      config: {
        systemInstruction: INSTRUCTION,
        responseMimeType: "application/json",
        responseJsonSchema: REPLY_SCHEMA,
        temperature: 0,
      },
    })
    .catch((thrown: unknown) => {
      throw geminiError(thrown);
    });
  const [candidate] = reply.candidates ?? [];
  const reason = candidate?.finishReason;
  if (reason !== undefined && reason !== "STOP") throw invalid(`it ended with ${reason}`);
  const answer = (candidate?.content?.parts ?? []).map((part) => part.text ?? "").join("");
  if (answer === "") throw invalid(`no text (${reply.promptFeedback?.blockReason ?? "no reason"})`);
  return answer;
}

function parseReply(answer: string): z.infer<typeof Reply> {
  let json: unknown;
  try {
    json = JSON.parse(answer);
  } catch {
    throw invalid("no JSON");
  }
  const reply = Reply.safeParse(json);
  if (!reply.success) throw invalid("another form");
  return reply.data;
}

function merged(base: PlanContent, reply: z.infer<typeof Reply>, paths: Set<string>): PlanContent {
  const files = reply.candidate_files
    .filter(({ path }) => paths.has(path))
    .map((file) => ({ ...file, line: lineOrNull(file.line) }));
  return PlanContent.parse({
    summary: reply.summary,
    hypotheses: reply.hypotheses.slice(0, 10),
    candidate_files: files.length > 0 ? files.slice(0, 20) : base.candidate_files,
    steps: reply.steps.slice(0, 30),
    validation: (reply.validation.length > 0 ? reply.validation : base.validation).slice(0, 20),
    crash: base.crash,
  });
}

function lineOrNull(line: number | null): number | null {
  return line !== null && Number.isSafeInteger(line) && line > 0 ? line : null;
}

function invalid(what: string): ForeignError {
  return new ForeignError("invalid_reply", `Gemini's plan reply: ${what}`);
}
