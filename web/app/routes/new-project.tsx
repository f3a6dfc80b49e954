import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Form, Link, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { attempt, connect, unwrap } from "../api.server";
import { NEW_PROJECT, ProjectFields } from "../features/projects/project-fields";
import { projectValues } from "../features/projects/project-values.server";
import { answer } from "../lib/answer.server";
import { pageTitle } from "../lib/page-title";
import { Button } from "../ui/button";
import { ErrorPage } from "../ui/error-page";
import { ProblemNotice } from "../ui/notice";
import { Wordmark } from "../ui/wordmark";

export const meta = () => pageTitle("New project");

export async function loader({ request, context }: LoaderFunctionArgs) {
  const me = await unwrap(connect({ request, context }).projects.me.$get());
  return { hasProjects: me.projects.length > 0, name: me.name };
}

export async function action({ request, context }: ActionFunctionArgs) {
  const values = projectValues(await request.formData());
  const { projects } = connect({ request, context });
  const made = await attempt(() => unwrap(projects.projects.$post({ json: values })));
  if (!made.ok) return answer({ problem: made.problem, values });
  return redirect(`/p/${made.value.id}/sources`);
}

export default function NewProject() {
  const { hasProjects, name } = useLoaderData<typeof loader>();
  const refused = useActionData<typeof action>();
  const busy = useNavigation().formMethod === "POST";
  return (
    <main className="narrow-page" id="main" tabIndex={-1}>
      <Wordmark to="/" />
      <h1>{hasProjects ? "New project" : "Make your first project"}</h1>
      <p className="section-note">
        {hasProjects ? "" : `Hello ${name}. `}A project keeps one product’s reports, clusters and
        fixes. Only its name is needed now; all else can follow in its settings.
      </p>
      <Form method="post" className="stack">
        {refused ? <ProblemNotice problem={refused.problem} /> : null}
        <ProjectFields values={refused?.values ?? NEW_PROJECT} problem={refused?.problem} />
        <div className="form-actions">
          <Button look="primary" busy={busy}>
            Make the project
          </Button>
          {hasProjects ? <Link to="/">Cancel</Link> : null}
        </div>
      </Form>
    </main>
  );
}

export function ErrorBoundary() {
  return <ErrorPage />;
}
