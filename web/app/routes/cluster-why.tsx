import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { Cohesion } from "../features/clusters/cohesion";
import { DecisionEntry } from "../features/clusters/decision-entry";
import { clusterMeta } from "../features/clusters/cluster-meta";
import { useCluster } from "../features/clusters/use-cluster";
import { useCan } from "../features/projects/use-project";
import { ErrorPanel } from "../ui/error-page";

export const meta = clusterMeta("Why grouped");

/** The cluster's ledger, and how alike its reports are. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { ledger } = connect({ request, context });
  const param = { projectId: params.projectId!, id: params.clusterId! };
  const cluster = ledger.projects[":projectId"].clusters[":id"];
  const [history, cohesion] = await Promise.all([
    unwrap(cluster.history.$get({ param })),
    unwrap(cluster.cohesion.$get({ param })),
  ]);
  return { decisions: history.items, cohesion };
}

export default function ClusterWhy() {
  const { decisions, cohesion } = useLoaderData<typeof loader>();
  const { base, cluster } = useCluster();
  const maySplit = useCan("cluster:write") && !cluster.merged_into;
  return (
    <section className="stack" aria-label="Why grouped">
      <Cohesion cohesion={cohesion} base={base} cluster={cluster.id} maySplit={maySplit} />
      <p className="section-note">
        Every placement is written down when it happens: what decided, how alike the reports were,
        and the line they had to cross. Newest first.
      </p>
      {decisions.length === 0 ? <p className="faint">Nothing has been written down yet.</p> : null}
      <ol className="placements">
        {decisions.map((decision) => (
          <DecisionEntry key={decision.id} decision={decision} base={base} />
        ))}
      </ol>
    </section>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
