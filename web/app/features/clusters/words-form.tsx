import { Form } from "@remix-run/react";
import type { ClusterDetail } from "../../api.server";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { ProblemNotice } from "../../ui/notice";
import { SEVERITIES } from "./severities";

type Props = { cluster: ClusterDetail; problem: PageProblem | undefined };

/** Title, summary, severity, labels and assignee. Beside each stands what it was, so that only changes are sent. */
export function WordsForm({ cluster, problem }: Props) {
  const labels = cluster.labels.join(", ");
  const before = { ...cluster, labels, assignee: cluster.assignee ?? "" };
  return (
    <Form method="post" className="stack">
      {problem ? <ProblemNotice problem={problem} /> : null}
      {(["title", "summary", "severity", "labels", "assignee"] as const).map((name) => (
        <input key={name} type="hidden" name={`${name}_before`} value={before[name]} />
      ))}
      <Field label="Title" error={faultOf(problem, "title")}>
        {(wiring) => (
          <input {...wiring} name="title" maxLength={80} defaultValue={cluster.title} required />
        )}
      </Field>
      <Field label="Summary" error={faultOf(problem, "summary")}>
        {(wiring) => (
          <textarea
            {...wiring}
            name="summary"
            rows={3}
            maxLength={300}
            defaultValue={cluster.summary}
            required
          />
        )}
      </Field>
      <Field label="Severity" error={faultOf(problem, "severity")}>
        {(wiring) => (
          <select {...wiring} name="severity" defaultValue={cluster.severity}>
            {SEVERITIES.map((severity) => (
              <option key={severity}>{severity}</option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Labels" hint="With commas between them." error={faultOf(problem, "labels")}>
        {(wiring) => <input {...wiring} name="labels" defaultValue={labels} />}
      </Field>
      <Field label="Assignee" hint="A name or an address." error={faultOf(problem, "assignee")}>
        {(wiring) => (
          <input {...wiring} name="assignee" maxLength={200} defaultValue={before.assignee} />
        )}
      </Field>
      <div className="form-actions">
        <Button look="primary" name="intent" value="words">
          Save
        </Button>
      </div>
    </Form>
  );
}
