import { Form, Link, useNavigation } from "@remix-run/react";
import { useState } from "react";
import { faultOf, type PageProblem } from "../../lib/problem";
import { Button } from "../../ui/button";
import { Field } from "../../ui/field";
import { Notice, ProblemNotice } from "../../ui/notice";
import { FileRows } from "./file-rows";
import type { PlanDraft } from "./plan-draft";

type Props = { draft: PlanDraft; newest: number; problem: PageProblem | undefined };

/** Edits a plan. `newest` is the newest version there is: somebody else may have saved one meanwhile. */
export function PlanForm({ draft, newest, problem }: Props) {
  const [begun] = useState(draft.version);
  const busy = useNavigation().formData?.get("intent") === "save-plan";
  const overtaken = newest > begun;
  return (
    <Form method="post" className="stack plan-form" preventScrollReset>
      <input type="hidden" name="version" value={begun} />
      {problem && problem.code !== "stale_version" ? <ProblemNotice problem={problem} /> : null}
      {overtaken ? <Overtaken begun={begun} newest={newest} /> : null}
      <Field label="Summary" error={faultOf(problem, "summary")}>
        {(wiring) => (
          <textarea {...wiring} name="summary" rows={4} defaultValue={draft.summary} required />
        )}
      </Field>
      <Field label="Hypotheses" hint="One per line." error={faultOf(problem, "hypotheses")}>
        {(wiring) => (
          <textarea {...wiring} name="hypotheses" rows={3} defaultValue={draft.hypotheses} />
        )}
      </Field>
      <FileRows files={draft.files} error={faultOf(problem, "candidate_files")} />
      <Field label="Steps" hint="One per line, in order." error={faultOf(problem, "steps")}>
        {(wiring) => <textarea {...wiring} name="steps" rows={5} defaultValue={draft.steps} />}
      </Field>
      <Field label="Validation" hint="One per line." error={faultOf(problem, "validation")}>
        {(wiring) => (
          <textarea {...wiring} name="validation" rows={3} defaultValue={draft.validation} />
        )}
      </Field>
      <div className="form-actions">
        <Button look="primary" name="intent" value="save-plan" busy={busy}>
          Save as version {newest + 1}
        </Button>
        <Link to="?">Leave without saving</Link>
      </div>
    </Form>
  );
}

function Overtaken({ begun, newest }: { begun: number; newest: number }) {
  return (
    <Notice tone="bad">
      <p>
        Version {newest} was saved while you edited version {begun}. Your text is still here.{" "}
        <a href="?" target="_blank" rel="noopener">
          Read version {newest} in a new tab
        </a>{" "}
        first.
      </p>
      <label className="check">
        <input type="checkbox" name="over" value={newest} /> Save mine as version {newest + 1} all
        the same
      </label>
    </Notice>
  );
}
