import { redirect, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { connect, unwrap } from "../api.server";

/** A run's short address leads to it on its cluster's page. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { fixes } = connect({ request, context });
  const param = { projectId: params.projectId!, id: params.runId! };
  const run = await unwrap(fixes.projects[":projectId"].jobs[":id"].$get({ param }));
  return redirect(`/p/${param.projectId}/clusters/${run.cluster_id}?run=${run.id}`);
}
