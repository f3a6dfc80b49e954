import { redirect, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { connect, unwrap } from "../api.server";

/** To the first project, or to making one. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const me = await unwrap(connect({ request, context }).projects.me.$get());
  const first = me.projects[0];
  return redirect(first ? `/p/${first.id}` : "/projects/new");
}
