import { createExecutionContext, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Env } from "../../worker/env";
import worker from "../../worker/index";
import { openDb, runBatch } from "../../worker/store/db";
import { insertMembership, insertUser } from "../../worker/store/users";
import { hashSecret, newSecret } from "../../worker/kit/secrets";
import { insertSession } from "../../worker/store/users";
import { newId } from "../../worker/domain/ids";
import type { FeedbackItem } from "../../worker/domain/feedback";
import type { Role } from "../../worker/domain/actor";

/** Each object is an environment of its own: what the Worker composed for one, and remembers there, no other knows. */
let isolate = { ...env };

/** As if the Worker had just been started: it remembers nothing. For the start of each test. */
export function newIsolate(): void {
  isolate = { ...env };
}

/**
 * Gives the Worker a request, inside workerd. Not by `exports.default`: the pool wraps that in one more Proxy with each call,
 * so that a request gets slower with each one before it.
 */
export async function send(
  request: Request,
  bindings: Record<string, unknown> = {},
): Promise<Response> {
  const incoming = request as Request<unknown, IncomingRequestCfProperties>;
  const given = Object.keys(bindings).length > 0 ? { ...isolate, ...bindings } : isolate;
  return worker.fetch(incoming, given as unknown as Env, createExecutionContext());
}

/** Calls the Worker as the outside world does. */
export async function call(
  method: string,
  path: string,
  options: {
    token?: string;
    body?: unknown;
    headers?: Record<string, string>;
    /** In place of the Worker's own: a database that is away, say. */
    bindings?: Record<string, unknown>;
  } = {},
): Promise<{ status: number; json: Record<string, never>; text: string; headers: Headers }> {
  const text = typeof options.body === "string" ? options.body : JSON.stringify(options.body);
  const response = await send(
    new Request(`http://api.test${path}`, {
      method,
      headers: {
        ...(options.body === undefined ? {} : { "content-type": "application/json" }),
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: text }),
    }),
    options.bindings,
  );
  const answer = await response.text();
  let json = {};
  try {
    json = JSON.parse(answer) as object;
  } catch {
    // Not every answer is JSON; the test looks at `text` then.
  }
  return {
    status: response.status,
    json: json as Record<string, never>,
    text: answer,
    headers: response.headers,
  };
}

export type TestProject = {
  projectId: string;
  /** An admin API token. */
  token: string;
  userId: string;
  sources: { sentry: string; github: string };
};

export const SENTRY_SECRET = "sentry-secret-for-tests";
export const GITHUB_SECRET = "github-secret-for-tests";

/** A project with an admin token and one source of each kind, made by the very route that a deployment uses. */
export async function makeProject(
  email = "admin@example.com",
  project: Record<string, unknown> = {},
): Promise<TestProject> {
  const { json, status, text } = await call("POST", "/set-up", {
    token: "set-up-token-for-tests-only",
    body: {
      email,
      project: { name: "Orders", github_repo: "acme/orders", ...project },
      source_secrets: { sentry: SENTRY_SECRET, github: GITHUB_SECRET },
      with_token: true,
    },
  });
  if (status !== 200) throw new Error(`set-up answered ${status}: ${text}`);
  const reply = json as unknown as {
    project_id: string;
    token: string;
    user_id: string;
    sources: Record<"sentry" | "github", { id: string }>;
  };
  return {
    projectId: reply.project_id,
    token: reply.token,
    userId: reply.user_id,
    sources: { sentry: reply.sources.sentry.id, github: reply.sources.github.id },
  };
}

/** A source as the API shows it; the fields that tests look at. */
export type TestSource = {
  id: string;
  kind: string;
  channel: "webhook" | "dsn" | "mail";
  dsn: string | null;
  mail_address: string | null;
  webhook_url: string | null;
  dropped: Record<string, number>;
  last_error: string | null;
  last_delivery_at: string | null;
};

/** The project's sources, as the sources page gets them. */
export async function sourcesOf(project: TestProject): Promise<TestSource[]> {
  for (const { id } of await listSources(project)) {
    // What its meter would write within seconds is written now.
    await runDurableObjectAlarm(env.METER.get(env.METER.idFromName(id)));
  }
  return listSources(project);
}

async function listSources(project: TestProject): Promise<TestSource[]> {
  const { json } = await call("GET", "/projects/~/sources", { token: project.token });
  return (json as unknown as { items: TestSource[] }).items;
}

/** The project's stored reports, newest first. */
export async function reportsOf(project: TestProject): Promise<FeedbackItem[]> {
  const { json } = await call("GET", "/feedback?limit=100", { token: project.token });
  return (json as unknown as { items: FeedbackItem[] }).items;
}

/** A signed-in person with a role in a project: the headers that their browser's requests carry. */
export async function signInAs(projectId: string, role: Role): Promise<Record<string, string>> {
  const db = openDb(env.DB);
  const userId = newId();
  const session = newSecret("scs_");
  const now = Date.now();
  await runBatch(db, [
    insertUser(db, { id: userId, email: `${userId}@example.com`, name: role, createdAt: now }),
    insertMembership(db, { projectId, userId, role, createdAt: now }),
    insertSession(db, {
      tokenHash: await hashSecret(session),
      userId,
      createdAt: now,
      expiresAt: now + 60_000,
    }),
  ]);
  return { cookie: `soulcaster=${session}`, origin: "http://dashboard.test" };
}

/** Waits until the brain has placed everything, or throws after half a minute (a busy machine). */
export async function untilClustered(project: TestProject): Promise<void> {
  const until = Date.now() + 30_000;
  const object = env.PROJECT.get(env.PROJECT.idFromName(project.projectId));
  while (Date.now() < until) {
    await runDurableObjectAlarm(object);
    const { json } = await call("GET", "/clustering/status", { token: project.token });
    const status = json as unknown as { pending: boolean; running: boolean };
    if (!status.pending && !status.running) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The brain did not finish in time.");
}
