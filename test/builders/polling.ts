import { env } from "cloudflare:workers";
import { makeDeps, type Deps } from "../../worker/deps";
import type { IngestJob } from "../../worker/ingest/deps";
import type { Env } from "../../worker/env";
import { runIngestJob } from "../../worker/ingest/poll";
import { createIssueList } from "../../worker/ingest/sources/github/client";
import { createRedditClient } from "../../worker/ingest/sources/reddit/client";
import type { SourceView } from "../../worker/projects/views";
import type { SeedThing } from "../world/reddit";
import type { Fault, RecordedRequest } from "../world/stand-in";
import { call, type TestProject } from "./api";

export type PollingDeps = Deps & {
  /** The jobs that were put on the queue; nobody does them until the test says so. */
  sent: IngestJob[];
  at: { now: number };
};

/**
 * The Worker's own deps with a clock that stands still, a queue that only remembers, a brain that is not told, and adapters that
 * know nothing yet: pages of two issues, no token of Reddit's.
 */
export function pollingDeps(over: { credentials?: boolean; secret?: string } = {}): PollingDeps {
  const at = { now: Date.now() };
  const sent: IngestJob[] = [];
  const { credentials = true, secret = env.WORLD.redditSecret } = over;
  return {
    ...makeDeps(env as unknown as Env, async () => new Response()),
    at,
    sent,
    clock: () => at.now,
    announce: async () => {},
    forget: async () => {},
    sendJobs: async (jobs) => {
      sent.push(...jobs);
    },
    listIssues: createIssueList({
      apiUrl: env.WORLD.forge,
      token: env.WORLD.forgeToken,
      perPage: 2,
    }),
    reddit: createRedditClient({
      apiUrl: env.WORLD.reddit,
      webUrl: env.WORLD.reddit,
      clientId: credentials ? env.WORLD.redditId : undefined,
      clientSecret: credentials ? secret : undefined,
      userAgent: "test:soulcaster:v1",
      clock: () => at.now,
    }),
  };
}

/** Does the jobs on the queue, and those that they put there, as the consumer would. Returns what failed. */
export async function work(deps: PollingDeps): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (let job = deps.sent.shift(); job; job = deps.sent.shift()) {
    await runIngestJob(deps, job).catch((error: unknown) => failures.push(error));
  }
  return failures;
}

/** The stored items of a source kind, by external id. */
export async function itemsOf(
  kind: string,
): Promise<Record<string, { title: string; state: string; metadata: Record<string, unknown> }>> {
  const { results } = await env.DB.prepare(
    "SELECT external_id, title, state, metadata FROM feedback WHERE source = ? ORDER BY external_id",
  )
    .bind(kind)
    .all<{ external_id: string; title: string; state: string; metadata: string }>();
  return Object.fromEntries(
    results.map(({ external_id, metadata, ...row }) => [
      external_id,
      { ...row, metadata: JSON.parse(metadata) as Record<string, unknown> },
    ]),
  );
}

export async function sourceOf(project: TestProject, kind: string): Promise<SourceView> {
  const { json } = await call("GET", "/projects/~/sources", { token: project.token });
  const found = (json as unknown as { items: SourceView[] }).items.find((one) => one.kind === kind);
  if (!found) throw new Error(`There is no ${kind} source.`);
  return found;
}

export async function redditHas(
  things: SeedThing[],
  over: Record<string, unknown> = {},
): Promise<void> {
  await post(`${env.WORLD.reddit}/__world/reddit`, { things, ...over });
}

export async function redditFault(fault: Fault): Promise<void> {
  await post(`${env.WORLD.reddit}/__world/faults`, fault);
}

export async function resetReddit(): Promise<void> {
  await post(`${env.WORLD.reddit}/__world/reset`, {});
}

/** The requests that the played Reddit or GitHub got, oldest first. */
export async function requestsOf(service: "reddit" | "forge"): Promise<RecordedRequest[]> {
  const response = await fetch(`${env.WORLD[service]}/__world/requests`);
  return (await response.json()) as RecordedRequest[];
}

type Issue = { number: number; title: string; body: string };

/** Opens an issue, or with a number edits one, on the played GitHub. */
export async function issue(fields: Record<string, unknown>, number?: number): Promise<Issue> {
  const path = `${env.WORLD.forge}/repos/acme/orders/issues${number ? `/${number}` : ""}`;
  const response = await fetch(path, {
    method: number ? "PATCH" : "POST",
    headers: {
      authorization: `Bearer ${env.WORLD.forgeToken}`,
      "content-type": "application/json",
      "user-agent": "tests",
    },
    body: JSON.stringify(fields),
  });
  if (!response.ok) throw new Error(`the forge answered ${response.status}`);
  return (await response.json()) as Issue;
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}
