import { redirect, type ActionFunctionArgs } from "@remix-run/cloudflare";
import { Form, Link, useActionData, useNavigation } from "@remix-run/react";
import { attempt, connect, unwrap } from "../api.server";
import { useProject } from "../features/projects/use-project";
import { text } from "../lib/form.server";
import { answer } from "../lib/answer.server";
import { pageTitle } from "../lib/page-title";
import { faultOf } from "../lib/problem";
import { Button } from "../ui/button";
import { ErrorPanel } from "../ui/error-page";
import { Field } from "../ui/field";
import { ProblemNotice } from "../ui/notice";

export const meta = () => pageTitle("Add a report");

export async function action({ request, context, params }: ActionFunctionArgs) {
  const form = await request.formData();
  const param = { projectId: params.projectId! };
  const values = { title: text(form, "title"), body: text(form, "body") };
  const { feedback } = connect({ request, context });
  const added = await attempt(() =>
    unwrap(feedback.projects[":projectId"].feedback.$post({ param, json: values })),
  );
  if (!added.ok) return answer({ problem: added.problem, values });
  const { id } = added.value;
  return redirect(`/p/${param.projectId}/reports${id ? `/${id}` : ""}`);
}

export default function NewReport() {
  const refused = useActionData<typeof action>();
  const { project } = useProject();
  const busy = useNavigation().formMethod === "POST";
  const problem = refused?.problem;
  return (
    <>
      <div className="page-head">
        <h1>Add a report</h1>
      </div>
      <p className="section-note">
        As somebody told it. A pasted stack trace is read, and helps to find the place in the code.
        There are many? <Link to={`/p/${project.id}/reports/import`}>Import a file</Link>.
      </p>
      <Form method="post" className="stack form-page">
        {problem ? <ProblemNotice problem={problem} /> : null}
        <Field label="Title" hint="What went wrong, in one line." error={faultOf(problem, "title")}>
          {(wiring) => (
            <input
              {...wiring}
              name="title"
              required
              maxLength={500}
              defaultValue={refused?.values.title}
            />
          )}
        </Field>
        <Field label="Report" error={faultOf(problem, "body")}>
          {(wiring) => (
            <textarea {...wiring} name="body" rows={14} defaultValue={refused?.values.body} />
          )}
        </Field>
        <div className="form-actions">
          <Button look="primary" busy={busy}>
            Add report
          </Button>
          <Link to={`/p/${project.id}/reports`}>Cancel</Link>
        </div>
      </Form>
    </>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
