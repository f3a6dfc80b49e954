import { isRouteErrorResponse, Link, useRouteError } from "@remix-run/react";
import { isPageProblem } from "../lib/problem";

type Told = { status: number; title: string; detail: string; requestId: string | null };

/** A page that is nothing but its error. */
export function ErrorPage() {
  return (
    <main className="narrow-page" id="main" tabIndex={-1}>
      <ErrorPanel />
    </main>
  );
}

/** What went wrong, for a person: the API's sentence when it gave one, never a cause or a stack. */
export function ErrorPanel() {
  const { status, title, detail, requestId } = tell(useRouteError());
  return (
    <div className="error-panel">
      <p className="error-code">{status}</p>
      <h1>{title}</h1>
      <p>{detail}</p>
      {requestId ? <p className="request-id">Request {requestId}</p> : null}
      <p>
        <Link to="/">Back to the start</Link>
      </p>
    </div>
  );
}

function tell(error: unknown): Told {
  if (isRouteErrorResponse(error)) {
    if (isPageProblem(error.data)) return error.data;
    if (error.status === 404) return notHere();
    if (error.status === 405) {
      return { ...notHere(), status: 405, title: "That cannot be done here" };
    }
  }
  return {
    status: 500,
    title: "Something went wrong",
    detail:
      "The page could not be made. The cause is in the dashboard's log. Try again in a moment.",
    requestId: null,
  };
}

function notHere(): Told {
  return {
    status: 404,
    title: "There is nothing here",
    detail: "The address may be mistyped, or what it named was removed or is not yours to see.",
    requestId: null,
  };
}
