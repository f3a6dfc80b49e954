import { redirect, type ActionFunctionArgs, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { useActionData, useLoaderData } from "@remix-run/react";
import { connect, unwrap } from "../api.server";
import { clusterMeta } from "../features/clusters/cluster-meta";
import { decide } from "../features/clusters/ledger-actions.server";
import { OperationEntry } from "../features/clusters/operation-entry";
import { useCan } from "../features/projects/use-project";
import { answer } from "../lib/answer.server";
import { ErrorPanel } from "../ui/error-page";
import { ProblemNotice } from "../ui/notice";

export const meta = clusterMeta("History");

export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { ledger } = connect({ request, context });
  const param = { projectId: params.projectId!, id: params.clusterId! };
  const { operations } = await unwrap(
    ledger.projects[":projectId"].clusters[":id"].history.$get({ param }),
  );
  return { operations };
}

/** Undoes an operation, or answers a proposal: what was merged away is left for what it went into. */
export async function action({ request, context, params }: ActionFunctionArgs) {
  const { ledger } = connect({ request, context });
  const decided = await decide(ledger, params.projectId!, await request.formData());
  if (!decided.ok) return answer({ problem: decided.problem });
  const id = decided.value.into ?? params.clusterId!;
  return redirect(`/p/${params.projectId}/clusters/${id}/history`);
}

export default function ClusterHistory() {
  const { operations } = useLoaderData<typeof loader>();
  const acted = useActionData<typeof action>();
  const mayUndo = useCan("cluster:write");
  return (
    <section className="stack" aria-label="History">
      <p className="section-note">
        What people did to this cluster, and merges that the brain made. Each can be undone, as long
        as nothing that came later rests on it.
      </p>
      {acted?.problem ? <ProblemNotice problem={acted.problem} /> : null}
      {operations.length === 0 ? <p className="faint">Nothing has been done yet.</p> : null}
      <ol className="operations">
        {operations.map((operation) => (
          <OperationEntry key={operation.id} operation={operation} mayUndo={mayUndo} />
        ))}
      </ol>
    </section>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
