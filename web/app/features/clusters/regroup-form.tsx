import { Form } from "@remix-run/react";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { ProblemNotice } from "../../ui/notice";

/** The form that the checkboxes beside the reports belong to. */
export const REGROUP_FORM = "regroup";

/** What to do with the ticked reports: a cluster of their own, another cluster, or let the brain look again. */
export function RegroupForm({ problem }: { problem: PageProblem | undefined }) {
  return (
    <Form method="post" id={REGROUP_FORM} className="stack" preventScrollReset>
      {problem ? <ProblemNotice problem={problem} /> : null}
      <p className="section-note">
        Tick reports that do not belong here. The brain never joins again what you part.
      </p>
      <div className="regroup">
        <Button name="intent" value="split">
          Make a cluster of them
        </Button>
        <Button name="intent" value="remove">
          Remove from here
        </Button>
        <Field label="Another cluster’s address" error={faultOf(problem, "cluster_id")}>
          {(wiring) => <input {...wiring} name="to" />}
        </Field>
        <Button name="intent" value="move">
          Move them there
        </Button>
      </div>
    </Form>
  );
}
