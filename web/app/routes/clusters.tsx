import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/cloudflare";
import { useActionData, useLoaderData } from "@remix-run/react";
import { attempt, connect, unwrap } from "../api.server";
import { CLUSTER_STATUSES } from "../features/clusters/cluster-badge";
import { CLUSTER_SORTS, ClusterFilters } from "../features/clusters/cluster-filters";
import { ClusteringLine } from "../features/clusters/clustering-line";
import { ClusterRow } from "../features/clusters/cluster-row";
import { NoClusters } from "../features/clusters/no-clusters";
import { cancelJob } from "../features/grouping/grouping-actions.server";
import { useCan, useProject } from "../features/projects/use-project";
import { oneOf, text } from "../lib/form.server";
import { pageTitle } from "../lib/page-title";
import { useRowKeys } from "../lib/use-row-keys";
import { ButtonLink } from "../ui/button";
import { ErrorPanel } from "../ui/error-page";
import { ProblemNotice } from "../ui/notice";
import { Pager } from "../ui/pager";

export const meta = () => pageTitle("Clusters");

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const search = new URL(request.url).searchParams;
  const { clusters } = connect({ request, context });
  const project = clusters.projects[":projectId"];
  const param = { projectId: params.projectId! };
  const status = oneOf(search, "status", CLUSTER_STATUSES);
  const show = oneOf(search, "show", ["grouped"] as const);
  const sort = oneOf(search, "sort", CLUSTER_SORTS);
  const cursor = search.get("cursor") ?? undefined;
  const [page, clustering] = await Promise.all([
    unwrap(project.clusters.$get({ param, query: { status, show, sort, cursor } })),
    unwrap(project.clustering.status.$get({ param })),
  ]);
  return { page, clustering, status, grouped: show === "grouped", paged: cursor !== undefined };
}

/** Starts a cluster job (while one is running, that one stands for it), or cancels the one that is named. */
export async function action({ request, context, params }: ActionFunctionArgs) {
  const form = await request.formData();
  const { clusters } = connect({ request, context });
  const param = { projectId: params.projectId! };
  if (oneOf(form, "intent", ["cancel"] as const)) {
    return cancelJob({ clusters }, { ...param, id: text(form, "id") });
  }
  return attempt(() =>
    unwrap(clusters.projects[":projectId"]["cluster-jobs"].$post({ param, json: {} })),
  );
}

export default function Clusters() {
  const { page, clustering, status, grouped, paged } = useLoaderData<typeof loader>();
  const acted = useActionData<typeof action>();
  const { stats } = useProject();
  const mayGroup = useCan("cluster:write");
  const mayReport = useCan("feedback:write");
  useRowKeys();
  return (
    <>
      <div className="page-head">
        <h1>Clusters</h1>
        <ClusteringLine status={clustering} mayStart={mayGroup} />
        {mayReport ? (
          <ButtonLink icon="plus" to="reports/new">
            Add a report
          </ButtonLink>
        ) : null}
      </div>
      {acted && !acted.ok ? <ProblemNotice problem={acted.problem} /> : null}
      <ClusterFilters counts={stats.clusters_by_status} />
      {page.items.length === 0 ? (
        <NoClusters stats={stats} status={status} grouped={grouped} paged={paged} />
      ) : (
        <ol className="rows" aria-label="Clusters">
          {page.items.map((cluster) => (
            <ClusterRow key={cluster.id} cluster={cluster} />
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
