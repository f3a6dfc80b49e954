import { z } from "zod";
import { PlanContent } from "../../domain/plan";
import { ForeignError } from "../../kit/foreign-error";
import type { AskedModel } from "../gateway/ask-model";
import { deterministicPlanner, scopedPaths } from "./deterministic";
import { INSTRUCTION, promptOf, REPLY_SCHEMA } from "./model-prompt";
import type { Planner } from "./planner";

/** Most tokens of a plan, a model's thoughts included. */
const OUTPUT_LIMIT = 16_384;

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
 * Plans with a model. The deterministic plan goes in as its starting point and stays the source of `crash`; candidate files
 * that the tree does not have are dropped, and when none is left the deterministic ones stand. A reply that is not of the form is
 * `invalid_reply`. Throws what asking throws; the caller falls back to `deterministicPlanner`.
 */
export function createModelPlanner(model: AskedModel): Planner {
  return {
    name: model.name,
    async plan(input) {
      const base = await deterministicPlanner.plan(input);
      const paths = scopedPaths(input);
      const reply = await model.ask({
        instruction: INSTRUCTION,
        prompt: await promptOf(input, paths, base.candidate_files),
        schema: REPLY_SCHEMA,
        outputLimit: OUTPUT_LIMIT,
      });
      return merged(base, parseReply(reply), new Set(paths));
    },
  };
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
  return new ForeignError("invalid_reply", `The plan of the model: ${what}`);
}
