import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Link, useLoaderData } from "@remix-run/react";
import { attempt, connect, unwrap } from "../api.server";
import { ImportFlow } from "../features/import/import-flow";
import { useCan, useProject } from "../features/projects/use-project";
import { apiAddressOf, importCurl } from "../features/sources/curl";
import { pageTitle } from "../lib/page-title";
import { useHydrated } from "../lib/use-hydrated";
import { Card } from "../ui/card";
import { CopyField } from "../ui/copy-field";
import { ErrorPanel } from "../ui/error-page";
import { Notice } from "../ui/notice";

export const meta = () => pageTitle("Import reports");

/** The API's address is only for the command; who may not see sources gets a command to fill in. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { sources } = connect({ request, context });
  const param = { projectId: params.projectId! };
  const listed = await attempt(() =>
    unwrap(sources.projects[":projectId"].sources.$get({ param })),
  );
  return { api: listed.ok ? apiAddressOf(listed.value.items) : null };
}

export default function ImportReports() {
  const { api } = useLoaderData<typeof loader>();
  const { project } = useProject();
  const mayReport = useCan("feedback:write");
  const base = `/p/${project.id}`;
  return (
    <>
      <header className="cluster-head">
        <p className="crumb">
          <Link to={`${base}/reports`}>Reports</Link>
        </p>
        <h1 className="import-title">Import reports</h1>
      </header>
      <Card title="From a file">
        {mayReport ? <Import base={base} /> : <Notice tone="plain">{MAY_NOT}</Notice>}
      </Card>
      <Card title="From a script">
        <p className="section-note">
          The API takes up to 1,000 reports at once and answers for each, with a token from the{" "}
          <Link to={`${base}/settings`}>settings</Link>. This sends the first 1,000 lines of a JSON
          Lines file.
        </p>
        <CopyField
          label="Many reports"
          value={importCurl(api ?? "$SOULCASTER_API", project.id)}
          multiline
        />
      </Card>
    </>
  );
}

const MAY_NOT = "Your role may read reports, and not add any.";

/** Until the page is alive, and where it never is, a sentence stands where the file is chosen. */
function Import({ base }: { base: string }) {
  if (useHydrated()) return <ImportFlow base={base} />;
  return (
    <p className="section-note">
      Reading a file needs JavaScript. Where it is off, the command below imports as well.
    </p>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
