import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Link, useLoaderData, useSearchParams } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { RUN_LOOKS, RUN_STATUSES } from "../features/runs/run-badge";
import { RunRow } from "../features/runs/run-row";
import { useProject } from "../features/projects/use-project";
import { oneOf } from "../lib/form.server";
import { formatCount } from "../lib/count";
import { pageTitle } from "../lib/page-title";
import { useRowKeys } from "../lib/use-row-keys";
import { EmptyState } from "../ui/empty-state";
import { ErrorPanel } from "../ui/error-page";
import { Pager } from "../ui/pager";

export const meta = () => pageTitle("Runs");

/** Runs, newest first, with the titles of their clusters as far as the newest hundred clusters tell them. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const search = new URL(request.url).searchParams;
  const { fixes, clusters } = connect({ request, context });
  const param = { projectId: params.projectId! };
  const status = oneOf(search, "status", RUN_STATUSES);
  const query = { status, cursor: search.get("cursor") ?? undefined };
  const [page, known] = await Promise.all([
    unwrap(fixes.projects[":projectId"].jobs.$get({ param, query })),
    unwrap(clusters.projects[":projectId"].clusters.$get({ param, query: { limit: "100" } })),
  ]);
  const titles = Object.fromEntries(known.items.map(({ id, title }) => [id, title]));
  return { page, titles, status };
}

export default function Runs() {
  const { page, titles, status } = useLoaderData<typeof loader>();
  const { stats } = useProject();
  const [search] = useSearchParams();
  useRowKeys();
  return (
    <>
      <div className="page-head">
        <h1>Runs</h1>
      </div>
      <nav aria-label="By status" className="chips filters">
        <Link className="chip" to="?" aria-current={status ? undefined : "true"} replace>
          All
        </Link>
        {RUN_STATUSES.filter((one) => one === status || stats.runs_by_status[one]).map((one) => (
          <Link
            key={one}
            className="chip"
            to={`?status=${one}`}
            aria-current={one === status ? "true" : undefined}
            replace
          >
            {RUN_LOOKS[one].label}
            <span className="chip-count">{formatCount(stats.runs_by_status[one] ?? 0)}</span>
          </Link>
        ))}
      </nav>
      {page.items.length === 0 ? (
        <EmptyState icon="run" title={search.size > 0 ? "No such run" : "No run yet"}>
          <p>A run begins when somebody reads a cluster’s plan and presses “Generate fix”.</p>
        </EmptyState>
      ) : (
        <ol className="rows" aria-label="Runs, newest first">
          {page.items.map((run) => (
            <RunRow key={run.id} run={run} title={titles[run.cluster_id]} />
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
