import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { useActionData, useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { clusterMeta } from "../features/clusters/cluster-meta";
import { regroup } from "../features/clusters/ledger-actions.server";
import { REGROUP_FORM, RegroupForm } from "../features/clusters/regroup-form";
import { useCluster } from "../features/clusters/use-cluster";
import { useCan } from "../features/projects/use-project";
import { ReportEntry } from "../features/reports/report-entry";
import { answer } from "../lib/answer.server";
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

/** Splits off, moves or removes the ticked reports; the history shows it, with the way back. */
export async function action({ request, context, params }: ActionFunctionArgs) {
  const { ledger } = connect({ request, context });
  const param = { projectId: params.projectId!, id: params.clusterId! };
  const acted = await regroup(ledger, param, await request.formData());
  if (!acted.ok) return answer({ problem: acted.problem });
  return redirect(`/p/${param.projectId}/clusters/${param.id}/history`);
}

export default function ClusterReports() {
  const page = useLoaderData<typeof loader>();
  const acted = useActionData<typeof action>();
  const { base, cluster } = useCluster();
  const mayRegroup = useCan("cluster:write") && !cluster.merged_into && page.items.length > 0;
  useRowKeys();
  return (
    <section className="stack" aria-label="Reports">
      {page.items.length === 0 ? <p className="faint">No reports here.</p> : null}
      {mayRegroup ? <RegroupForm problem={acted?.problem} /> : null}
      <ol className="entries">
        {page.items.map((item, at) => (
          <ReportEntry
            key={item.id}
            item={item}
            base={base}
            open={at === 0}
            inCluster
            {...(mayRegroup ? { pickedBy: REGROUP_FORM } : {})}
          />
        ))}
      </ol>
      <Pager next={page.next_cursor} />
    </section>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
