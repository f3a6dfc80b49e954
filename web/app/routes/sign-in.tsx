import { data, redirect, type LoaderFunctionArgs } from "@remix-run/cloudflare";
import { useLoaderData } from "@remix-run/react";
import { attempt, connectAsNobody, unwrap } from "../api.server";
import { pageTitle } from "../lib/page-title";
import type { PageProblem } from "../lib/problem";
import { beginSession, forgetReturn, mayHoldSession, returnPathOf } from "../lib/session.server";
import { ErrorPage } from "../ui/error-page";
import { Notice } from "../ui/notice";
import { Wordmark } from "../ui/wordmark";

export const meta = () => pageTitle("Sign in");

/**
 * With a link's token: trades it for a session and goes to the page that was asked for before. A HEAD request changes
 * nothing, so that a link checker does not use the link up.
 */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const url = new URL(request.url);
  const token = url.searchParams.get("token");
  if (!token || request.method !== "GET") return { problem: null };
  if (!mayHoldSession(url)) return data({ problem: NEEDS_HTTPS }, { status: 400 });
  const traded = await trade(context, token);
  if (!traded.ok) return data({ problem: traded.problem }, { status: traded.problem.status });
  const headers = new Headers();
  headers.append("set-cookie", beginSession(url, traded.value.session, traded.value.expires_at));
  headers.append("set-cookie", forgetReturn(url));
  return redirect(returnPathOf(request), { headers });
}

export default function SignIn() {
  const { problem } = useLoaderData<typeof loader>();
  return (
    <main className="narrow-page" id="main" tabIndex={-1}>
      <Wordmark to="/" />
      <h1>{problem ? "This link does not open the door" : "Sign in with a link"}</h1>
      {problem ? <Notice tone="bad">{problem.detail}</Notice> : null}
      <p>
        Soulcaster has no passwords. A sign-in link opens the dashboard once, in one browser, within
        a day of being made.
      </p>
      <dl className="ways">
        <div>
          <dt>On your own machine</dt>
          <dd>
            Run <code>npm start</code>, or <code>npm run sign-in</code> while it runs. Both print a
            new link.
          </dd>
        </div>
        <div>
          <dt>Anywhere else</dt>
          <dd>Ask an administrator of your project for a new link.</dd>
        </div>
      </dl>
    </main>
  );
}

export function ErrorBoundary() {
  return <ErrorPage />;
}

const NEEDS_HTTPS: PageProblem = {
  status: 400,
  code: "needs_https",
  title: "This address is not safe to sign in on",
  detail: "Use https, or http on this machine itself (127.0.0.1).",
  requestId: null,
  errors: [],
};

function trade(context: LoaderFunctionArgs["context"], token: string) {
  const { sessions } = connectAsNobody({ context });
  return attempt(() => unwrap(sessions.$post({ json: { token } })));
}
