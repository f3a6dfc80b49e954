import type { ProjectView } from "../../api.server";
import { faultOf, type PageProblem } from "../../lib/problem";

type Models = NonNullable<ProjectView["settings"]["models"]>;
type Task = keyof Models;

/** What models are asked for, in words. */
const TASK_LABELS: Record<Task, string> = {
  plan: "Plans",
  code: "Code",
  review: "Review of a change",
  summarize: "Titles and summaries",
  embed: "Likeness of reports",
  judge: "Verdicts in doubt: one problem or two",
};
export const MODEL_TASKS = Object.keys(TASK_LABELS) as Task[];

/** What was typed for one task, or is set: text, so that a refused form keeps it. */
export type TypedModel = { name: string; input: string; output: string };
export type TypedModels = Record<Task, TypedModel>;

export function typedModelsOf(models: Models = {}): TypedModels {
  const rows = MODEL_TASKS.map((task) => {
    const choice = models[task];
    const row = choice
      ? {
          name: choice.name,
          input: String(choice.input_usd_per_mtok),
          output: String(choice.output_usd_per_mtok),
        }
      : { name: "", input: "", output: "" };
    return [task, row] as const;
  });
  return Object.fromEntries(rows) as TypedModels;
}

type Props = { values: TypedModels; problem: PageProblem | undefined };

/** The project's own model for each task, and what it costs: a row without a name stays as installed. */
export function ModelFields({ values, problem }: Props) {
  return (
    <fieldset className="field-set">
      <legend>Models</legend>
      <p className="faint">
        A name as the installation’s model service knows it, and its prices in US dollars for a
        million tokens: by these a run’s cost is counted and held back. Empty: as installed.
      </p>
      <div className="table-scroll">
        <table className="model-table">
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">Model</th>
              <th scope="col">Price in</th>
              <th scope="col">Price out</th>
            </tr>
          </thead>
          <tbody>
            {MODEL_TASKS.map((task) => (
              <ModelRow
                key={task}
                task={task}
                value={values[task]}
                error={faultOf(problem, `settings.models.${task}`)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </fieldset>
  );
}

type RowProps = { task: Task; value: TypedModel; error: string | undefined };

function ModelRow({ task, value, error }: RowProps) {
  const label = TASK_LABELS[task];
  const wiring = error
    ? { "aria-invalid": true as const, "aria-describedby": `model-${task}-error` }
    : {};
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>
        <input
          {...wiring}
          name={`model_${task}`}
          aria-label={`Model for ${label}`}
          maxLength={100}
          defaultValue={value.name}
        />
        {error ? (
          <p className="field-error" id={`model-${task}-error`}>
            {error}
          </p>
        ) : null}
      </td>
      {(["input", "output"] as const).map((way) => (
        <td key={way}>
          <input
            {...wiring}
            className="short-input"
            name={`model_${task}_${way}`}
            aria-label={`Price ${way === "input" ? "in" : "out"} for ${label}`}
            type="number"
            min={0}
            max={10_000}
            step="any"
            defaultValue={value[way]}
          />
        </td>
      ))}
    </tr>
  );
}
