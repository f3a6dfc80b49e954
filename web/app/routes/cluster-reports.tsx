import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { clusterMeta } from "../features/clusters/cluster-meta";
import { useCluster } from "../features/clusters/use-cluster";
import { ReportEntry } from "../features/reports/report-entry";
import { useRowKeys } from "../lib/use-row-keys";
import { ErrorPanel } from "../ui/error-page";
import { Pager } from "../ui/pager";

const PAGE = "25";

export const meta = clusterMeta("Reports");

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { feedback } = connect({ request, context });
  const cursor = new URL(request.url).searchParams.get("cursor") ?? undefined;
  return unwrap(
    feedback.projects[":projectId"].feedback.$get({
      param: { projectId: params.projectId! },
      query: { cluster_id: params.clusterId!, cursor, limit: PAGE },
    }),
  );
}

export default function ClusterReports() {
  const page = useLoaderData<typeof loader>();
  const { base } = useCluster();
  useRowKeys();
  return (
    <section aria-label="Reports">
      {page.items.length === 0 ? <p className="faint">No reports here.</p> : null}
      <ol className="entries">
        {page.items.map((item, at) => (
          <ReportEntry key={item.id} item={item} base={base} open={at === 0} inCluster />
        ))}
      </ol>
      <Pager next={page.next_cursor} />
    </section>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
