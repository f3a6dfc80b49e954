import { redirect, type ActionFunctionArgs } from "@remix-run/cloudflare";
import { connectAsNobody, done } from "../api.server";
import { endSession, sessionOf } from "../lib/session.server";

/** Ends the session in the API first, then in this browser. */
export async function action({ request, context }: ActionFunctionArgs) {
  const session = sessionOf(request);
  if (session) {
    await done(connectAsNobody({ context }).sessions.end.$post({ json: { session } }));
  }
  return redirect("/sign-in", {
    headers: { "set-cookie": endSession(new URL(request.url)) },
  });
}

export function loader() {
  return redirect("/");
}
