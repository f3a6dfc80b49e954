import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { MODEL_CALL_OUTCOMES, MODEL_TASKS } from "../domain/models";
import { isoTime } from "../kit/clock";
import { decodeCursor, toPage, type Page } from "../store/cursor";
import { listModelCalls, sumModelCalls, type ModelCallRow } from "../store/model-calls";
import { findRun } from "../store/runs";
import type { FixDeps } from "./deps";

export const ModelCallQuery = z.object({
  run_id: z.uuid().optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** One call of a model. `price`: dollars per million tokens in/out that it was counted with; tokens and money of a `reserved` one are the highest possible. */
export const ModelCallView = z.object({
  id: z.string(),
  run_id: z.string().nullable(),
  task: z.enum(MODEL_TASKS),
  model: z.string(),
  outcome: z.enum(MODEL_CALL_OUTCOMES),
  input_tokens: z.number(),
  output_tokens: z.number(),
  micro_usd: z.number(),
  price: z.string(),
  created_at: z.string(),
});
export type ModelCallView = z.infer<typeof ModelCallView>;

/** What a run's calls of models come to. */
export const RunCosts = z.object({
  by_model: z.array(
    z.object({
      task: z.enum(MODEL_TASKS),
      model: z.string(),
      calls: z.number(),
      input_tokens: z.number(),
      output_tokens: z.number(),
      micro_usd: z.number(),
    }),
  ),
  micro_usd: z.number(),
});
export type RunCosts = z.infer<typeof RunCosts>;

/** A page of the ledger of model calls, newest first: the project's, or one run's. */
export async function readModelCalls(
  deps: Pick<FixDeps, "db">,
  who: ProjectActor,
  query: z.output<typeof ModelCallQuery>,
): Promise<Page<ModelCallView>> {
  const rows = await listModelCalls(deps.db, who.projectId, {
    runId: query.run_id,
    cursor: decodeCursor(query.cursor),
    limit: query.limit,
  });
  return toPage(rows, query.limit, (row) => ({ at: row.createdAt, id: row.id }), toModelCallView);
}

/** What a run cost, by task and model. */
export async function readRunCosts(
  deps: Pick<FixDeps, "db">,
  who: ProjectActor,
  id: string,
): Promise<RunCosts> {
  if (!(await findRun(deps.db, who.projectId, id))) throw notFound("run");
  const sums = await sumModelCalls(deps.db, who.projectId, id);
  return {
    by_model: sums.map((sum) => ({
      task: sum.task,
      model: sum.model,
      calls: sum.calls,
      input_tokens: sum.inputTokens,
      output_tokens: sum.outputTokens,
      micro_usd: sum.microUsd,
    })),
    micro_usd: sums.reduce((total, sum) => total + sum.microUsd, 0),
  };
}

function toModelCallView(row: ModelCallRow): ModelCallView {
  return {
    id: row.id,
    run_id: row.runId,
    task: row.task,
    model: row.model,
    outcome: row.outcome,
    input_tokens: row.inputTokens,
    output_tokens: row.outputTokens,
    micro_usd: row.microUsd,
    price: row.priceVersion,
    created_at: isoTime(row.createdAt),
  };
}
