import { redirect, type ActionFunctionArgs } from "@remix-run/cloudflare";
import { useActionData } from "@remix-run/react";
import { connect } from "../api.server";
import { clusterMeta } from "../features/clusters/cluster-meta";
import { IgnoreForm, StatusForm } from "../features/clusters/ignore-form";
import { changeStatus, changeWords } from "../features/clusters/ledger-actions.server";
import { useCluster } from "../features/clusters/use-cluster";
import { WordsForm } from "../features/clusters/words-form";
import { answer } from "../lib/answer.server";
import { oneOf } from "../lib/form.server";
import { Card } from "../ui/card";
import { ErrorPanel } from "../ui/error-page";

export const meta = clusterMeta("Edit");

export async function action({ request, context, params }: ActionFunctionArgs) {
  const { ledger } = connect({ request, context });
  const form = await request.formData();
  const param = { projectId: params.projectId!, id: params.clusterId! };
  const intent = oneOf(form, "intent", ["words", "ignore", "status"] as const);
  if (!intent) throw new Response(null, { status: 400 });
  const acted = await (intent === "words" ? changeWords : changeStatus)(ledger, param, form);
  if (!acted.ok) return answer({ intent, problem: acted.problem });
  return redirect(`/p/${param.projectId}/clusters/${param.id}/history`);
}

export default function ClusterEdit() {
  const acted = useActionData<typeof action>();
  const { cluster } = useCluster();
  const problemOf = (intent: string) => (acted?.intent === intent ? acted.problem : undefined);
  return (
    <>
      <Card title="Words">
        <WordsForm cluster={cluster} problem={problemOf("words")} />
      </Card>
      <Card title="Status">
        <StatusForm status={cluster.status} problem={problemOf("status")} />
        <IgnoreForm problem={problemOf("ignore")} />
      </Card>
    </>
  );
}

export function ErrorBoundary() {
  return <ErrorPanel />;
}
