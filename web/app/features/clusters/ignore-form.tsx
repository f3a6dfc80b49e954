import { Form } from "@remix-run/react";
import type { ClusterStatus } from "../../api.server";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { ProblemNotice } from "../../ui/notice";

type Props = { problem: PageProblem | undefined };

/** Ignores a cluster: why, and until when. */
export function IgnoreForm({ problem }: Props) {
  return (
    <Form method="post" className="stack">
      {problem ? <ProblemNotice problem={problem} /> : null}
      <Field label="Ignore it, because" error={faultOf(problem, "ignore.reason")}>
        {(wiring) => <input {...wiring} name="reason" maxLength={300} required />}
      </Field>
      <Field label="Until" hint="A day. Empty: for good." error={faultOf(problem, "ignore.until")}>
        {(wiring) => <input {...wiring} name="until" type="date" />}
      </Field>
      <Field label="Or until so many more reports" error={faultOf(problem, "ignore.until_reports")}>
        {(wiring) => <input {...wiring} name="until_reports" type="number" min={1} />}
      </Field>
      <div className="form-actions">
        <Button name="intent" value="ignore">
          Ignore
        </Button>
      </div>
    </Form>
  );
}

/** Resolved by hand, or back to new. The API knows which of them is possible. */
export function StatusForm({ status, problem }: Props & { status: ClusterStatus }) {
  const next = ["ignored", "resolved", "merged"].includes(status) ? "new" : "resolved";
  return (
    <Form method="post">
      {problem ? <ProblemNotice problem={problem} /> : null}
      <input type="hidden" name="status" value={next} />
      <Button name="intent" value="status">
        {next === "new" ? "Open it again" : "It is resolved"}
      </Button>
    </Form>
  );
}
