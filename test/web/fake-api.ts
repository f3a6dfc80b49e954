import type { AppLoadContext } from "@remix-run/cloudflare";

export type Call = { method: string; path: string; headers: Headers; json: unknown };

type Answer = Response | Record<string, unknown>;

/**
 * The service binding, answered by `METHOD /path` (without the query); what has no answer is a 404 problem. Every call
 * is recorded.
 */
export function fakeApi(answers: Record<string, Answer | ((call: Call) => Answer)>) {
  const calls: Call[] = [];
  async function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const request = new Request(input as string, init);
    const url = new URL(request.url);
    const text = await request.text();
    const call: Call = {
      method: request.method,
      path: url.pathname + url.search,
      headers: request.headers,
      json: text ? JSON.parse(text) : null,
    };
    calls.push(call);
    const found = answers[`${request.method} ${url.pathname}`];
    const answer = typeof found === "function" ? found(call) : found;
    if (answer === undefined) return problem(404, "not_found", "There is no such thing.");
    return answer instanceof Response ? answer.clone() : Response.json(answer);
  }
  const context = { cloudflare: { env: { API: { fetch } } } } as unknown as AppLoadContext;
  return { calls, context };
}

export function problem(
  status: number,
  code: string,
  detail: string,
  errors?: { path: string; message: string }[],
): Response {
  const body = {
    type: "about:blank",
    title: "Refused",
    status,
    detail,
    code,
    requestId: "req-1",
    errors,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

export const DASHBOARD = "http://127.0.0.1:8788";

/** A signed-in person's request for a page. */
export function visit(path: string, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers);
  if (!headers.has("cookie")) headers.set("cookie", "soulcaster=scs_session");
  return new Request(DASHBOARD + path, { ...init, headers });
}

/** A signed-in person's form, sent from the dashboard. */
export function submit(path: string, fields: Record<string, string> | [string, string][]): Request {
  return visit(path, {
    method: "POST",
    headers: { origin: DASHBOARD },
    body: new URLSearchParams(fields),
  });
}

/** What an action or loader handed back, whether bare, with a status, or as a redirect. */
export function outcome(result: unknown): {
  body: unknown;
  status: number;
  location: string | null;
} {
  if (result instanceof Response) {
    return { body: null, status: result.status, location: result.headers.get("location") };
  }
  if (typeof result === "object" && result !== null && "data" in result && "init" in result) {
    const init = result.init as ResponseInit | null;
    return { body: result.data, status: init?.status ?? 200, location: null };
  }
  return { body: result, status: 200, location: null };
}

/** What was thrown, as a reply; fails when nothing was, or something else. */
export async function thrownReply(act: () => Promise<unknown>): Promise<Response> {
  try {
    await act();
  } catch (thrown) {
    if (thrown instanceof Response) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}
