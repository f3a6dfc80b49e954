import { env } from "cloudflare:workers";
import { makeDeps, type Deps } from "../../worker/deps";
import type { PollJob } from "../../worker/ingest/deps";
import type { Env } from "../../worker/env";
import { runIngestJob } from "../../worker/ingest/poll";
import { createIssueList } from "../../worker/ingest/sources/github/client";
import { createRedditClient } from "../../worker/ingest/sources/reddit/client";
import type { SourceView } from "../../worker/projects/views";
import type { SeedThing } from "../world/reddit";
import type { Fault, RecordedRequest } from "../world/stand-in";
import { sourcesOf, type TestProject } from "./api";

export type PollingDeps = Deps & {
  /** The jobs that were put on the queue; nobody does them until the test says so. */
  sent: PollJob[];
  at: { now: number };
};

/**
 * The Worker's own deps with a clock that stands still, a queue that only remembers, a brain that is not told, and adapters that
 * know nothing yet: pages of two issues, no token of Reddit's.
 */
export function pollingDeps(over: { credentials?: boolean; secret?: string } = {}): PollingDeps {
  const at = { now: Date.now() };
  const sent: PollJob[] = [];
  const { credentials = true, secret = env.WORLD.redditSecret } = over;
  return {
    // An environment of its own: what is composed here must not be found by the Worker under test.
    ...makeDeps({ ...env } as unknown as Env, async () => new Response()),
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
  const found = (await sourcesOf(project)).find((one) => one.kind === kind) as
    | SourceView
    | undefined;
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

/** Opens a pull request on the played GitHub, from a branch with one new file. */
export async function openPull(title: string): Promise<void> {
  const main = await forge<{ object: { sha: string } }>("GET", "git/ref/heads/main");
  const { sha } = main.object;
  await forge("POST", "git/refs", { ref: "refs/heads/a-branch", sha });
  const content = btoa("new\n");
  await forge("PUT", "contents/new.txt", { message: "New", content, branch: "a-branch" });
  await forge("POST", "pulls", { title, head: "a-branch", base: "main" });
}

type Issue = { number: number; title: string; body: string };

/** Opens an issue, or with a number edits one, on the played GitHub. */
export function issue(fields: Record<string, unknown>, number?: number): Promise<Issue> {
  return number
    ? forge<Issue>("PATCH", `issues/${number}`, fields)
    : forge<Issue>("POST", "issues", fields);
}

async function forge<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${env.WORLD.forge}/repos/acme/orders/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${env.WORLD.forgeToken}`,
      "content-type": "application/json",
      "user-agent": "tests",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`the forge answered ${response.status}`);
  return (await response.json()) as T;
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
}
