import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { clusterMeta } from "../features/clusters/cluster-meta";
import { mergeInto } from "../features/clusters/ledger-actions.server";
import { useCluster } from "../features/clusters/use-cluster";
import { answer } from "../lib/answer.server";
import { counted } from "../lib/count";
import { Button } from "../ui/button";
import { ErrorPanel } from "../ui/error-page";
import { Field } from "../ui/field";
import { ProblemNotice } from "../ui/notice";
import { Words } from "../ui/words";

export const meta = clusterMeta("Merge");

/** Clusters that this one may go into: those with the words in their titles, or the latest. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { clusters } = connect({ request, context });
  const q = new URL(request.url).searchParams.get("q") ?? "";
  const param = { projectId: params.projectId! };
  const query = { q, limit: "20" };
  const page = await unwrap(clusters.projects[":projectId"].clusters.$get({ param, query }));
  return { q, found: page.items.filter((one) => one.id !== params.clusterId) };
}

export async function action({ request, context, params }: ActionFunctionArgs) {
  const { ledger } = connect({ request, context });
  const param = { projectId: params.projectId!, id: params.clusterId! };
  const merged = await mergeInto(ledger, param, await request.formData());
  if (!merged.ok) return answer({ problem: merged.problem });
  return redirect(`/p/${param.projectId}/clusters/${merged.value.clusters[1]}/history`);
}

export default function ClusterMerge() {
  const { q, found } = useLoaderData<typeof loader>();
  const acted = useActionData<typeof action>();
  const { cluster } = useCluster();
  return (
    <section className="stack" aria-label="Merge">
      <p className="section-note">
        All {counted(cluster.count, "report")} of this cluster go to the one that you choose. You
        can undo it, and the brain never takes apart what you join.
      </p>
      {acted?.problem ? <ProblemNotice problem={acted.problem} /> : null}
      <Form method="get" className="regroup">
        <Field label="Search in titles">
          {(wiring) => <input {...wiring} name="q" type="search" defaultValue={q} />}
        </Field>
        <Button>Search</Button>
      </Form>
      <Form method="post" className="regroup">
        <Field label="Or paste the address of a cluster">
          {(wiring) => <input {...wiring} name="into" required />}
        </Field>
        <Button>Merge into it</Button>
      </Form>
      {found.length === 0 ? <p className="faint">No other cluster is called so.</p> : null}
      <ul className="choices">
        {found.map((one) => (
          <li key={one.id}>
            <span>
              <Words>{one.title}</Words>{" "}
              <span className="faint">{counted(one.count, "report")}</span>
            </span>
            <Form method="post">
              <input type="hidden" name="into" value={one.id} />
              <Button aria-label={`Merge into ${one.title}`}>Merge into this</Button>
            </Form>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
