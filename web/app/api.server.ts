import { redirect, type AppLoadContext } from "@remix-run/cloudflare";
import { hc } from "hono/client";
import { z } from "zod";
import type {
  ClusterRoutes,
  DeadLetterRoutes,
  FeedbackRoutes,
  FixRoutes,
  LedgerRoutes,
  PollingRoutes,
  ProjectRoutes,
  SignInRoutes,
  SourceRoutes,
  WhatIfRoutes,
} from "../../worker/http/api";
import type { PageProblem, Refusal } from "./lib/problem";
import { rememberReturn, sessionCookieOf } from "./lib/session.server";

export type { Permission, Role } from "../../worker/domain/actor";
export type { ClusterStatus, Severity } from "../../worker/domain/cluster";
export type { Crash, FeedbackItem, SourceKind } from "../../worker/domain/feedback";
export type { PlanContent } from "../../worker/domain/plan";
export type { RedditSort } from "../../worker/domain/polling";
export type { RunnerName, RunStatus } from "../../worker/domain/run";
export type { DeadLetterView } from "../../worker/ingest/dead-letters";
export type {
  EvidenceView,
  PlanView,
  RunEventView,
  RunLogPage,
  RunView,
} from "../../worker/fix/views";
export type { RedditConfigView } from "../../worker/projects/reddit-config";
export type {
  MeView,
  NewSourceView,
  NewTokenView,
  ProjectForCaller,
  ProjectView,
  SourceView,
  StatsView,
  TokenView,
} from "../../worker/projects/views";
export type {
  ClusterDetail,
  ClusteringStatus,
  ClusterListItem,
  GroupingDecision,
  OperationView,
  ProposalView,
} from "../../worker/triage/views";
export type { CohesionView } from "../../worker/triage/read-cohesion";
export type { WhatIfView } from "../../worker/triage/what-if-view";

/** The binding ignores the host; a URL needs one. */
const BASE = "http://api";

type Caller = {
  request: Request;
  context: AppLoadContext;
  /** False for addresses that are no pages: after signing in, nobody wants to land there. */
  isPage?: boolean;
};

/**
 * The API as the person behind a request: one typed client per noun, over the service binding. Where the API asks for a
 * credential, the request ends in a redirect to the sign-in page, which remembers where the person wanted to go.
 */
export function connect({ request, context, isPage = true }: Caller) {
  const headers: Record<string, string> = {};
  const cookie = sessionCookieOf(request);
  const origin = request.headers.get("origin");
  if (cookie) headers.cookie = cookie;
  if (origin) headers.origin = origin;
  const options = {
    headers,
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const reply = await context.cloudflare.env.API.fetch(input, init);
      if (reply.status === 401) throw toSignIn(request, isPage);
      return reply;
    },
  };
  return {
    clusters: hc<ClusterRoutes>(BASE, options),
    deadLetters: hc<DeadLetterRoutes>(BASE, options),
    feedback: hc<FeedbackRoutes>(BASE, options),
    fixes: hc<FixRoutes>(BASE, options),
    ledger: hc<LedgerRoutes>(BASE, options),
    polling: hc<PollingRoutes>(BASE, options),
    projects: hc<ProjectRoutes>(BASE, options),
    sources: hc<SourceRoutes>(BASE, options),
    whatIfs: hc<WhatIfRoutes>(BASE, options),
  };
}

/** The API as nobody: to begin and to end sessions. */
export function connectAsNobody({ context }: Pick<Caller, "context">) {
  return hc<SignInRoutes>(BASE, {
    fetch: (input: RequestInfo | URL, init?: RequestInit) =>
      context.cloudflare.env.API.fetch(input, init),
  });
}

type Answered = Pick<Response, "ok" | "status" | "text" | "headers">;
type Reply<T> = Answered & { json(): Promise<T> };

/** The body of a good reply. Throws a reply that error boundaries show: a sentence and the request id. */
export async function unwrap<T>(pending: Promise<Reply<T>>): Promise<T> {
  return (await passOn(pending)).json();
}

/** Like `unwrap` for replies without a body. */
export async function done(pending: Promise<Answered>): Promise<void> {
  await passOn(pending);
}

/** A good reply as it is, to hand on; throws like `unwrap`. */
export async function passOn<R extends Answered>(pending: Promise<R>): Promise<R> {
  const reply = await pending;
  if (!reply.ok) throw problemReply(await readProblem(reply), reply.headers.get("retry-after"));
  return reply;
}

/** What a loader may lack without being broken: null for 404. */
export async function unwrapOrNull<T>(pending: Promise<Reply<T>>): Promise<T | null> {
  const reply = await pending;
  return reply.status === 404 ? null : unwrap(Promise.resolve(reply));
}

/** Refusals that the person can do something about; shown beside the form. All others end in the error boundary. */
const REFUSALS = new Set([400, 401, 402, 403, 409, 413, 422, 429, 503]);

/** Runs the calls of an action. A refusal comes back as a value, so that the form can show it and keep its text. */
export async function attempt<T>(act: () => Promise<T>): Promise<{ ok: true; value: T } | Refusal> {
  try {
    return { ok: true, value: await act() };
  } catch (thrown) {
    if (!(thrown instanceof Response) || !REFUSALS.has(thrown.status)) throw thrown;
    return { ok: false, problem: (await thrown.json()) as PageProblem };
  }
}

const ProblemBody = z.object({
  title: z.string(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

async function readProblem(reply: Pick<Response, "status" | "text">): Promise<PageProblem> {
  const parsed = ProblemBody.safeParse(parseJson(await reply.text()));
  if (parsed.success) return { ...parsed.data, status: reply.status };
  return {
    status: 502,
    code: "no_answer",
    title: "The API does not answer",
    detail: "The dashboard is up, but the Worker behind it is not. Wait a moment and try again.",
    requestId: null,
    errors: [],
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problemReply(problem: PageProblem, retryAfter: string | null): Response {
  const headers = retryAfter === null ? undefined : { "retry-after": retryAfter };
  return Response.json(problem, { status: problem.status, headers });
}

function toSignIn(request: Request, isPage: boolean): Response {
  const remember = isPage && request.method === "GET";
  const headers = remember ? { "set-cookie": rememberReturn(new URL(request.url)) } : undefined;
  return redirect("/sign-in", { headers });
}
