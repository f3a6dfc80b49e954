import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { connect, unwrap } from "../api.server";

/** A page of a run's log as JSON, for pages whose socket is away. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { fixes } = connect({ request, context, isPage: false });
  const from = new URL(request.url).searchParams.get("from") ?? "1";
  const page = await unwrap(
    fixes.projects[":projectId"].jobs[":id"].logs.$get({
      param: { projectId: params.projectId!, id: params.runId! },
      query: { from },
    }),
  );
  return Response.json(page, { headers: { "cache-control": "no-store" } });
}
