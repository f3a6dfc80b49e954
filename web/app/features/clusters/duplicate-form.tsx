import { Form } from "@remix-run/react";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { ProblemNotice } from "../../ui/notice";

/** Says of which report this one is a duplicate. */
export function DuplicateForm({ problem }: { problem: PageProblem | undefined }) {
  return (
    <Form method="post" className="stack" preventScrollReset>
      {problem ? <ProblemNotice problem={problem} /> : null}
      <p className="section-note">
        It goes into the other report’s cluster, and stays with it. You can undo it.
      </p>
      <div className="regroup">
        <Field label="Paste the address of the other report" error={faultOf(problem, "of")}>
          {(wiring) => <input {...wiring} name="of" required />}
        </Field>
        <Button>Mark as its duplicate</Button>
      </div>
    </Form>
  );
}
