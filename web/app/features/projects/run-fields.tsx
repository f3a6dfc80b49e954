import type { ProjectView } from "../../api.server";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Field } from "../../ui/field";

type Settings = ProjectView["settings"];
type Findings = NonNullable<Settings["findings"]>;

/** Which runs without proof are kept as findings, in words. */
const FINDINGS_LABELS: Record<Findings, string> = {
  public_sources: "Keep it as findings when a report came from a public source",
  always: "Always keep it as findings",
  never: "Open the draft pull request all the same",
};
export const FINDINGS = Object.keys(FINDINGS_LABELS) as Findings[];

/** What was typed, or is set: text, so that a refused form keeps it. */
export type RunSettings = {
  findings: string;
  minutes: string;
  turns: string;
  usd: string;
  concurrent_runs: string;
  soak_days: string;
};

export function runSettingsOf(settings: Settings): RunSettings {
  const { findings, limits, concurrent_runs, soak_days } = settings;
  return {
    findings: findings ?? "public_sources",
    minutes: shown(limits?.minutes),
    turns: shown(limits?.turns),
    usd: shown(limits?.usd),
    concurrent_runs: shown(concurrent_runs),
    soak_days: shown(soak_days),
  };
}

function shown(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

type Props = { values: RunSettings; problem: PageProblem | undefined };

/** What a run may use before a person has to decide, how many work at once, and what counts as done. */
export function RunFields({ values, problem }: Props) {
  return (
    <fieldset className="field-set">
      <legend>Runs</legend>
      <Field
        label="A change that no test proves"
        hint="Findings stay on the cluster; an approver may open the draft from there."
        error={faultOf(problem, "settings.findings")}
      >
        {(wiring) => (
          <select {...wiring} name="findings" defaultValue={values.findings}>
            {FINDINGS.map((name) => (
              <option key={name} value={name}>
                {FINDINGS_LABELS[name]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <p className="faint">
        A run that reaches a limit is paused, with its work kept, until somebody decides. Empty: 30
        minutes, 200 model calls, and the installation’s budget of one run.
      </p>
      <div className="field-triple">
        <NumberField
          label="Minutes of an agent’s work"
          name="minutes"
          value={values.minutes}
          range={[1, 240]}
          error={faultOf(problem, "settings.limits.minutes")}
        />
        <NumberField
          label="Model calls"
          name="turns"
          value={values.turns}
          range={[1, 5000]}
          error={faultOf(problem, "settings.limits.turns")}
        />
        <NumberField
          label="US dollars"
          name="usd"
          value={values.usd}
          range={[0.01, 1000]}
          step={0.01}
          error={faultOf(problem, "settings.limits.usd")}
        />
      </div>
      <div className="field-pair">
        <NumberField
          label="Runs at the same time"
          name="concurrent_runs"
          value={values.concurrent_runs}
          range={[1, 50]}
          hint="Others wait in the queue. Empty: 3."
          error={faultOf(problem, "settings.concurrent_runs")}
        />
        <NumberField
          label="Quiet days until a merged fix counts as resolved"
          name="soak_days"
          value={values.soak_days}
          range={[0, 365]}
          step={0.5}
          hint="A report in that time reopens the cluster. Empty: 7."
          error={faultOf(problem, "settings.soak_days")}
        />
      </div>
    </fieldset>
  );
}

type NumberProps = {
  label: string;
  name: keyof RunSettings;
  value: string;
  range: [number, number];
  step?: number;
  hint?: string;
  error: string | undefined;
};

function NumberField({ label, name, value, range, step = 1, hint, error }: NumberProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <input
          {...wiring}
          className="short-input"
          name={name}
          type="number"
          min={range[0]}
          max={range[1]}
          step={step}
          defaultValue={value}
        />
      )}
    </Field>
  );
}
