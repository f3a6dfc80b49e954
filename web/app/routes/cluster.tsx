import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Outlet, useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { ClusterHead } from "../features/clusters/cluster-head";
import { Proposals } from "../features/clusters/proposals";
import { useCan } from "../features/projects/use-project";
import { pageTitle } from "../lib/page-title";
import { ErrorPanel } from "../ui/error-page";
import { Tabs } from "../ui/tabs";

export const meta = () => pageTitle("Cluster");

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { clusters, ledger } = connect({ request, context });
  const param = { projectId: params.projectId!, id: params.clusterId! };
  const query = { cluster_id: param.id };
  const [cluster, proposals] = await Promise.all([
    unwrap(clusters.projects[":projectId"].clusters[":id"].$get({ param })),
    unwrap(ledger.projects[":projectId"].proposals.$get({ param, query })),
  ]);
  return {
    cluster,
    proposals: proposals.items,
    base: `/p/${param.projectId}`,
  };
}

export default function Cluster() {
  const { cluster, proposals, base } = useLoaderData<typeof loader>();
  const mayChange = useCan("cluster:write");
  const here = `${base}/clusters/${cluster.id}`;
  return (
    <>
      <ClusterHead cluster={cluster} base={base} />
      <Proposals proposals={proposals} cluster={cluster.id} base={base} mayDecide={mayChange} />
      <Tabs
        label="Cluster"
        tabs={[
          { to: here, label: "Plan and fix", end: true },
          { to: `${here}/reports`, label: "Reports", count: cluster.count },
          { to: `${here}/why`, label: "Why grouped" },
          { to: `${here}/history`, label: "History" },
          ...(mayChange && !cluster.merged_into
            ? [
                { to: `${here}/edit`, label: "Edit" },
                { to: `${here}/merge`, label: "Merge" },
              ]
            : []),
        ]}
      />
      <Outlet />
    </>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
