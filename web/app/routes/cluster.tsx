import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Outlet, useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { ClusterHead } from "../features/clusters/cluster-head";
import { pageTitle } from "../lib/page-title";
import { ErrorPanel } from "../ui/error-page";
import { Tabs } from "../ui/tabs";

export const meta = () => pageTitle("Cluster");

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { clusters } = connect({ request, context });
  const param = { projectId: params.projectId!, id: params.clusterId! };
  return {
    cluster: await unwrap(clusters.projects[":projectId"].clusters[":id"].$get({ param })),
    base: `/p/${param.projectId}`,
  };
}

export default function Cluster() {
  const { cluster, base } = useLoaderData<typeof loader>();
  const here = `${base}/clusters/${cluster.id}`;
  return (
    <>
      <ClusterHead cluster={cluster} base={base} />
      <Tabs
        label="Cluster"
        tabs={[
          { to: here, label: "Plan and fix", end: true },
          { to: `${here}/reports`, label: "Reports", count: cluster.count },
          { to: `${here}/why`, label: "Why grouped" },
        ]}
      />
      <Outlet />
    </>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
