import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Form, Link, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { DeleteProject } from "../features/projects/delete-project";
import { ModelFields, typedModelsOf } from "../features/projects/model-fields";
import { ProjectFields } from "../features/projects/project-fields";
import { RunFields, runSettingsOf } from "../features/projects/run-fields";
import { ScrubFields } from "../features/projects/scrub-fields";
import {
  deleteProject,
  endToken,
  makeToken,
  saveProject,
  type ProjectSettingsDraft,
} from "../features/projects/settings-actions.server";
import { TokenForm } from "../features/projects/token-form";
import { TokenList } from "../features/projects/token-list";
import { TrustFields, typedTrustOf } from "../features/projects/trust-fields";
import { useProject } from "../features/projects/use-project";
import { ShownOnce } from "../features/sources/shown-once";
import { answer } from "../lib/answer.server";
import { oneOf } from "../lib/form.server";
import { pageTitle } from "../lib/page-title";
import { faultOf, type PageProblem } from "../lib/problem";
import { Button } from "../ui/button";
import { Card } from "../ui/card";
import { ErrorPanel } from "../ui/error-page";
import { Field } from "../ui/field";
import { Notice, ProblemNotice } from "../ui/notice";

export const meta = () => pageTitle("Settings");

/** Tokens are for administrators; for others the page only tells how the project is set. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { projects, sources } = connect({ request, context });
  const param = { projectId: params.projectId! };
  const project = await unwrap(projects.projects[":projectId"].$get({ param }));
  const admin = project.permissions.includes("project:admin");
  if (!admin) return { tokens: null };
  const { items } = await unwrap(sources.projects[":projectId"].tokens.$get({ param }));
  return { tokens: items };
}

const INTENTS = ["save", "make-token", "end-token", "delete"] as const;

type Acted = {
  intent: (typeof INTENTS)[number];
  problem?: PageProblem;
  /** What was typed, when saving was refused. */
  kept?: ProjectSettingsDraft;
  /** A new token, to be shown this once. */
  made?: { name: string; token: string };
};

export async function action({ request, context, params }: ActionFunctionArgs) {
  const form = await request.formData();
  const api = connect({ request, context });
  const param = { projectId: params.projectId! };
  const intent = oneOf(form, "intent", INTENTS);
  switch (intent) {
    case "save":
      return answer<Acted>({ intent, ...(await saveProject(api, param, form)) });
    case "make-token":
      return answer<Acted>({ intent, ...(await makeToken(api, param, form)) });
    case "end-token":
      return answer<Acted>({ intent, ...(await endToken(api, param, form)) });
    case "delete": {
      const deleted = await deleteProject(api, param);
      return deleted.problem ? answer<Acted>({ intent, ...deleted }) : redirect("/");
    }
    case undefined:
      throw new Response(null, { status: 400 });
  }
}

export default function Settings() {
  const { tokens } = useLoaderData<typeof loader>();
  const acted = useActionData<typeof action>();
  const { project } = useProject();
  const busy = useNavigation().formData?.get("intent") === "save";
  const problem = acted?.problem;
  const ofProject = acted?.intent === "save" ? problem : undefined;
  const kept = acted?.kept;
  const threshold = kept?.threshold ?? project.settings.grouping.threshold;
  return (
    <>
      <div className="page-head">
        <h1>Settings</h1>
      </div>
      <Card title="Project">
        <Form method="post" className="stack" preventScrollReset>
          {ofProject ? <ProblemNotice problem={ofProject} /> : null}
          {acted?.intent === "save" && !problem ? <Notice tone="good">Saved.</Notice> : null}
          <fieldset className="plain-fieldset" disabled={tokens === null}>
            <legend className="visually-hidden">Project</legend>
            <ProjectFields values={kept?.values ?? project} problem={ofProject} />
            <TrustFields
              values={kept?.trust ?? typedTrustOf(project.settings)}
              problem={ofProject}
            />
            <RunFields values={kept?.runs ?? runSettingsOf(project.settings)} problem={ofProject} />
            <ModelFields
              values={kept?.models ?? typedModelsOf(project.settings.models)}
              problem={ofProject}
            />
            <Field
              label="Similarity line"
              hint={
                <>
                  From 0.01 to 0.99: how alike two reports must be to be one problem. Empty: as
                  installed (0.72 unless set otherwise). It holds for reports to come;{" "}
                  <Link to="../grouping">try a line</Link> to see what it changes.
                </>
              }
              error={faultOf(ofProject, "settings")}
            >
              {(wiring) => (
                <input
                  {...wiring}
                  className="short-input"
                  name="threshold"
                  type="number"
                  min={0.01}
                  max={0.99}
                  step={0.01}
                  defaultValue={threshold ?? ""}
                />
              )}
            </Field>
            <ScrubFields scrub={kept?.scrub ?? project.settings.scrub} />
          </fieldset>
          {tokens === null ? (
            <p className="faint">An administrator may change these.</p>
          ) : (
            <div className="form-actions">
              <Button look="primary" name="intent" value="save" busy={busy}>
                Save
              </Button>
            </div>
          )}
        </Form>
      </Card>
      {tokens === null ? null : (
        <Card title="API tokens" id="tokens">
          <p className="section-note">
            For scripts and other programs. A token works in this project only and never approves a
            plan.
          </p>
          {acted?.made ? (
            <ShownOnce
              what={`“${acted.made.name}” is made.`}
              label="API token"
              secret={acted.made.token}
            />
          ) : null}
          {problem && acted?.intent === "end-token" ? <ProblemNotice problem={problem} /> : null}
          <TokenList tokens={tokens} />
          <TokenForm
            key={tokens.length}
            problem={acted?.intent === "make-token" ? problem : undefined}
          />
        </Card>
      )}
      {tokens === null ? null : (
        <Card title="End of the project">
          {problem && acted?.intent === "delete" ? <ProblemNotice problem={problem} /> : null}
          <DeleteProject name={project.name} />
        </Card>
      )}
    </>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
