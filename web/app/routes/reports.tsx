import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Link, useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { useCan, useProject } from "../features/projects/use-project";
import { ReportEntry } from "../features/reports/report-entry";
import { SOURCE_KINDS, SOURCE_NAMES } from "../features/reports/source-mark";
import { formatCount } from "../lib/count";
import { oneOf } from "../lib/form.server";
import { pageTitle } from "../lib/page-title";
import { useRowKeys } from "../lib/use-row-keys";
import { ButtonLink } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { ErrorPanel } from "../ui/error-page";
import { Pager } from "../ui/pager";

export const meta = () => pageTitle("Reports");

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const search = new URL(request.url).searchParams;
  const { feedback } = connect({ request, context });
  const source = oneOf(search, "source", SOURCE_KINDS);
  const status = oneOf(search, "status", ["unclustered"] as const);
  const page = await unwrap(
    feedback.projects[":projectId"].feedback.$get({
      param: { projectId: params.projectId! },
      query: { source, status, cursor: search.get("cursor") ?? undefined },
    }),
  );
  return { page, source, status };
}

export default function Reports() {
  const { page, source, status } = useLoaderData<typeof loader>();
  const { project, stats } = useProject();
  const mayReport = useCan("feedback:write");
  const base = `/p/${project.id}`;
  useRowKeys();
  const kinds = SOURCE_KINDS.filter((kind) => kind === source || stats.feedback_by_source[kind]);
  return (
    <>
      <div className="page-head">
        <h1>Reports</h1>
        {mayReport ? (
          <span className="page-actions">
            <ButtonLink look="quiet" to="import">
              Import a file
            </ButtonLink>
            <ButtonLink icon="plus" to="new">
              Add a report
            </ButtonLink>
          </span>
        ) : null}
      </div>
      <nav aria-label="By source" className="chips filters">
        <Link className="chip" to="?" aria-current={source || status ? undefined : "true"} replace>
          All
        </Link>
        {kinds.map((kind) => (
          <Link
            key={kind}
            className="chip"
            to={`?source=${kind}`}
            aria-current={kind === source ? "true" : undefined}
            replace
          >
            {SOURCE_NAMES[kind]}
            <span className="chip-count">{formatCount(stats.feedback_by_source[kind] ?? 0)}</span>
          </Link>
        ))}
        <Link
          className="chip"
          to="?status=unclustered"
          aria-current={status ? "true" : undefined}
          replace
        >
          Waiting to be grouped
          <span className="chip-count">{formatCount(stats.unclustered)}</span>
        </Link>
      </nav>
      {page.items.length === 0 ? (
        <EmptyState icon="report" title={status ? "Nothing waits" : "No reports here"}>
          <p>
            {status
              ? "Every report has its cluster."
              : "What sources send and people write appears here."}
          </p>
        </EmptyState>
      ) : (
        <ol className="entries" aria-label="Reports, newest first">
          {page.items.map((item) => (
            <ReportEntry key={item.id} item={item} base={base} />
          ))}
        </ol>
      )}
      <Pager next={page.next_cursor} />
    </>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
