import type { LoaderFunctionArgs } from "@remix-run/cloudflare";
import { connect, passOn } from "../api.server";

/** A run's patch as a file to keep. Always a download: a diff of hostile text is never shown as a page. */
export async function loader({ request, context, params }: LoaderFunctionArgs) {
  const { fixes } = connect({ request, context, isPage: false });
  const param = { projectId: params.projectId!, id: params.runId! };
  const reply = await passOn(fixes.projects[":projectId"].jobs[":id"].patch.$get({ param }));
  const name = `soulcaster-${param.id.replace(/[^\w-]/g, "")}.patch`;
  return new Response(reply.body, {
    headers: {
      "content-type": "text/x-diff; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
}
