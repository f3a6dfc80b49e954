import type { ProjectView } from "../../api.server";
import { text } from "../../lib/form.server";
import { MODEL_TASKS, type TypedModels } from "./model-fields";

type Models = NonNullable<ProjectView["settings"]["models"]>;

/** The models as they were typed. */
export function typedModels(form: FormData): TypedModels {
  const rows = MODEL_TASKS.map((task) => {
    const row = {
      name: text(form, `model_${task}`),
      input: text(form, `model_${task}_input`),
      output: text(form, `model_${task}_output`),
    };
    return [task, row] as const;
  });
  return Object.fromEntries(rows) as TypedModels;
}

/** The same as the API takes it: rows without a name and a price are as installed. What is missing of others, the API refuses. */
export function models(form: FormData): Models | undefined {
  const typed = typedModels(form);
  const rows = MODEL_TASKS.flatMap((task) => {
    const { name, input, output } = typed[task];
    if (name === "" && input === "" && output === "") return [];
    const choice = {
      name,
      input_usd_per_mtok: price(input),
      output_usd_per_mtok: price(output),
    };
    return [[task, choice] as const];
  });
  return rows.length === 0 ? undefined : Object.fromEntries(rows);
}

/** An empty price is none, and not nothing: a model must not be free by mistake. */
function price(typed: string): number {
  return typed === "" ? Number.NaN : Number(typed);
}
