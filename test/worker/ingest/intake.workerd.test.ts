import { createMessageBatch, createExecutionContext, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../../worker/env";
import worker from "../../../worker/index";
import { hmacSha256Hex } from "../../../worker/kit/signing";
import {
  call,
  makeProject,
  newIsolate,
  reportsOf,
  signInAs,
  SENTRY_SECRET,
  GITHUB_SECRET,
  sourcesOf,
  untilClustered,
  type TestProject,
} from "../../builders/api";
import { eventAlert, webhookEvent } from "../../builders/sentry";

type Received = { outcome: string; feedback_ids: string[] };
type Options = { secret?: string; bindings?: Record<string, unknown>; requestId?: string };

/** One crash, or with `place` another one, as Sentry would deliver it. */
async function deliver(project: TestProject, eventId: string, place = "a", options: Options = {}) {
  const body = JSON.stringify(
    eventAlert(webhookEvent({ event_id: eventId, fingerprint: [place] })),
  );
  const answer = await call("POST", `/ingest/sentry/${project.sources.sentry}`, {
    body,
    ...(options.bindings ? { bindings: options.bindings } : {}),
    headers: {
      "sentry-hook-resource": "event_alert",
      "sentry-hook-signature": await hmacSha256Hex(options.secret ?? SENTRY_SECRET, bytes(body)),
      ...(options.requestId ? { "request-id": options.requestId } : {}),
    },
  });
  return { ...answer, received: answer.json as unknown as Received };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const eventId = (n: number) => n.toString(16).padStart(32, "0");

/** A database that cannot be reached. */
const AWAY = new Proxy({} as D1Database, {
  get: () => () => {
    throw new Error("D1_ERROR: Network connection lost.");
  },
});

/** A queue that remembers what it was given. */
function memoryQueue() {
  const bodies: unknown[] = [];
  return { bodies, send: async (body: unknown) => void bodies.push(body) };
}

const NO_QUEUE = { send: () => Promise.reject(new Error("queue is down")) };

async function handleMessages(bodies: unknown[], attempts = 1) {
  const messages = bodies.map((body, i) => ({
    id: `message-${i}`,
    timestamp: new Date(),
    attempts,
    body,
  }));
  const batch = createMessageBatch("soulcaster-ingest", messages);
  await worker.queue(batch, env as unknown as Env);
  return getQueueResult(batch, createExecutionContext());
}

describe("a storm of one crash", () => {
  it("is one report with an exact number, however the events are repeated", async () => {
    const project = await makeProject();
    expect((await deliver(project, eventId(0))).received.outcome).toBe("stored");
    const again = Array.from({ length: 60 }, (_, i) => deliver(project, eventId(i % 30)));
    expect(new Set((await Promise.all(again)).map((one) => one.status))).toEqual(new Set([202]));
    await sourcesOf(project);
    const reports = await reportsOf(project);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ external_id: eventId(0), occurrences: 30 });
    await untilClustered(project);
    await deliver(project, eventId(31));
    const [source] = (await sourcesOf(project)).filter((one) => one.id === project.sources.sentry);
    expect(source).toMatchObject({ counts: { accepted: 31, duplicate: 31 } });
    const { json } = await call("GET", "/clusters", { token: project.token });
    expect(json).toMatchObject({ items: [{ count: 1, occurrences: 31 }] });
  });

  it("does not swallow another crash", async () => {
    const project = await makeProject();
    await deliver(project, eventId(1), "a");
    await deliver(project, eventId(2), "b");
    expect(await reportsOf(project)).toHaveLength(2);
  });

  it("leaves a delivery alone that comes again under its own id", async () => {
    const project = await makeProject();
    const options = { requestId: crypto.randomUUID() };
    await deliver(project, eventId(1), "a", options);
    expect((await deliver(project, eventId(1), "a", options)).received.outcome).toBe("ignored");
  });
});

describe("while the database is away", () => {
  it("a delivery is verified, waits on the queue, and lands once", async () => {
    const project = await makeProject();
    const queue = memoryQueue();
    const bindings = { DB: AWAY, INGEST_QUEUE: queue };
    const refused = await deliver(project, eventId(1), "a", { bindings, secret: "wrong" });
    expect(refused.status).toBe(401);
    const taken = await deliver(project, eventId(1), "a", { bindings });
    expect(taken).toMatchObject({ status: 202, json: { outcome: "queued" } });
    expect(queue.bodies).toHaveLength(1);
    const counted = await deliver(project, eventId(2), "a", { bindings });
    expect(counted).toMatchObject({ status: 202, json: { outcome: "counted" } });
    expect(await reportsOf(project)).toHaveLength(0);
    const result = await handleMessages([...queue.bodies, ...queue.bodies]);
    expect(result.explicitAcks).toHaveLength(2);
    await sourcesOf(project);
    expect(await reportsOf(project)).toMatchObject([{ external_id: eventId(1), occurrences: 2 }]);
  });

  it("a large delivery waits in the archive", async () => {
    const project = await makeProject();
    const queue = memoryQueue();
    const issue = {
      number: 7,
      title: "Long",
      body: "long ".repeat(13_000),
      user: { login: "ann" },
    };
    const repository = { id: 1, full_name: "acme/orders" };
    const body = JSON.stringify({ action: "opened", issue, repository });
    const answer = await call("POST", `/ingest/github/${project.sources.github}`, {
      body,
      bindings: { DB: AWAY, INGEST_QUEUE: queue },
      headers: {
        "x-github-event": "issues",
        "x-hub-signature-256": `sha256=${await hmacSha256Hex(GITHUB_SECRET, bytes(body))}`,
      },
    });
    expect(answer.status, answer.text).toBe(202);
    expect(answer.json).toMatchObject({ outcome: "queued" });
    expect(queue.bodies).toMatchObject([{ kind: "stored_delivery" }]);
    await handleMessages(queue.bodies);
    expect(await reportsOf(project)).toHaveLength(1);
    expect((await env.ARCHIVE.list()).objects).toHaveLength(0);
  });

  it("503 with Retry-After is the answer when the queue is down too, and the retry is stored", async () => {
    const project = await makeProject();
    const bindings = { DB: AWAY, INGEST_QUEUE: NO_QUEUE };
    const answer = await deliver(project, eventId(1), "a", { bindings });
    expect(answer).toMatchObject({ status: 503, json: { code: "unavailable" } });
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await deliver(project, eventId(1))).received.outcome).toBe("stored");
    expect(await reportsOf(project)).toHaveLength(1);
  });

  it("other routes say 503, and never 500", async () => {
    const project = await makeProject();
    const answer = await call("GET", "/feedback", {
      token: project.token,
      bindings: { DB: AWAY },
    });
    expect(answer).toMatchObject({ status: 503, json: { code: "unavailable" } });
  });
});

describe("a delivery that cannot be stored", () => {
  it("becomes a dead letter that is seen, replayed once it can be stored, and deleted", async () => {
    const project = await makeProject();
    const queue = memoryQueue();
    await deliver(project, eventId(1), "a", { bindings: { DB: AWAY, INGEST_QUEUE: queue } });
    await handleMessages(queue.bodies, 95);
    const list = await call("GET", "/projects/~/dead-letters", { token: project.token });
    expect(list.status, list.text).toBe(200);
    const letters = (list.json as unknown as { items: { id: string; source_id: string }[] }).items;
    expect(letters).toMatchObject([{ source_id: project.sources.sentry }]);
    const at = `/projects/~/dead-letters/${letters[0]!.id}`;
    const replayed = await call("POST", `${at}/replay`, { token: project.token });
    expect(replayed).toMatchObject({ status: 200 });
    expect(await reportsOf(project)).toMatchObject([{ external_id: eventId(1) }]);
    expect((await call("DELETE", at, { token: project.token })).status).toBe(404);
  });

  it("is tried again after a failure, and dropped when nobody can read it", async () => {
    const project = await makeProject();
    const queue = memoryQueue();
    await deliver(project, eventId(1), "a", { bindings: { DB: AWAY, INGEST_QUEUE: queue } });
    const batch = createMessageBatch("soulcaster-ingest", [
      { id: "one", timestamp: new Date(), attempts: 1, body: queue.bodies[0] },
      { id: "bad", timestamp: new Date(), attempts: 1, body: { kind: "delivery", delivery: {} } },
    ]);
    await worker.queue(batch, { ...env, DB: AWAY } as unknown as Env);
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.explicitAcks).toEqual(["bad"]);
    expect(result.retryMessages).toMatchObject([{ msgId: "one" }]);
  });
});

describe("a webhook's secret", () => {
  it("is replaced while the old one counts for a while, so that nothing is lost", async () => {
    const project = await makeProject();
    const at = `/projects/~/sources/${project.sources.sentry}/rotate`;
    const secret = "the new secret of the service";
    const turned = await call("POST", at, { token: project.token, body: { secret } });
    expect(turned.json).toMatchObject({ secret });
    expect((await deliver(project, eventId(1), "a")).status).toBe(202);
    expect((await deliver(project, eventId(2), "b", { secret })).status).toBe(202);
    await call("POST", at, { token: project.token, body: { overlap_hours: 0 } });
    expect((await deliver(project, eventId(3), "c", { secret })).status).toBe(401);
    expect(await reportsOf(project)).toHaveLength(2);
  });
});

describe("removing", () => {
  it("a source erases all that it brought, and what was made of it", async () => {
    const project = await makeProject();
    await deliver(project, eventId(1), "a");
    await call("POST", "/feedback", { token: project.token, body: { title: "Mine", body: "x" } });
    await untilClustered(project);
    // An edited cluster keeps the words it had, in order to put them back.
    const cluster = await env.DB.prepare(
      "SELECT id FROM clusters WHERE title LIKE '%TypeError%'",
    ).first<{
      id: string;
    }>();
    await call("PATCH", `/clusters/${cluster!.id}`, {
      token: project.token,
      body: { title: "Checkout breaks", summary: "For some." },
    });
    const kept = () => env.DB.prepare("SELECT effect FROM operations").all<{ effect: string }>();
    expect(JSON.stringify((await kept()).results)).toContain("TypeError");
    const at = `/projects/~/sources/${project.sources.sentry}`;
    expect((await call("DELETE", at, { token: project.token })).status).toBe(204);
    expect((await deliver(project, eventId(2), "b")).status).toBe(404);
    const { results } = await env.DB.prepare("SELECT id FROM erasures").all<{ id: string }>();
    await handleMessages(results.map(({ id }) => ({ v: 1, kind: "erase", erasureId: id })));
    expect(await reportsOf(project)).toMatchObject([{ title: "Mine" }]);
    const clusters = await call("GET", "/clusters", { token: project.token });
    expect((clusters.json as unknown as { items: unknown[] }).items).toHaveLength(1);
    const words = await env.DB.prepare("SELECT title, summary FROM clusters").all();
    expect(JSON.stringify(words.results)).not.toContain("TypeError");
    expect(JSON.stringify((await kept()).results)).not.toContain("TypeError");
    expect(JSON.stringify((await kept()).results)).toContain("Checkout breaks");
    expect((await env.DB.prepare("SELECT id FROM erasures").all()).results).toEqual([]);
  });

  it("a project ends it at once and erases everything; no token may", async () => {
    const project = await makeProject();
    await deliver(project, eventId(1), "a");
    await untilClustered(project);
    await env.ARCHIVE.put(`runs/${project.projectId}/r/patch.diff`, "x");
    const at = `/projects/${project.projectId}`;
    expect((await call("DELETE", at, { token: project.token })).status).toBe(403);
    const headers = await signInAs(project.projectId, "admin");
    expect((await call("DELETE", at, { headers })).status).toBe(202);
    expect((await call("GET", at, { headers })).status).toBe(404);
    expect((await call("GET", "/clusters", { token: project.token })).status).toBe(401);
    const { results } = await env.DB.prepare("SELECT id FROM erasures").all<{ id: string }>();
    await handleMessages(results.map(({ id }) => ({ v: 1, kind: "erase", erasureId: id })));
    for (const table of ["projects", "feedback", "clusters", "grouping_decisions", "audit_log"]) {
      const rows = await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first();
      expect(rows, table).toEqual({ n: 0 });
    }
    expect((await env.ARCHIVE.list()).objects).toHaveLength(0);
  });
});

describe("personal data", () => {
  const words = "Ann <ann@customer.example> saw it from 203.0.113.9";

  it("is scrubbed before it is stored or queued, and kept where the project says so", async () => {
    const project = await makeProject();
    const send = (body: string) =>
      call("POST", "/feedback", { token: project.token, body: { title: "Checkout", body } });
    await send(words);
    expect((await reportsOf(project))[0]?.body).toBe("Ann <[email]> saw it from [ip]");
    const settings = { grouping: {}, scrub: { ip: false } };
    await call("PATCH", "/projects/~", { token: project.token, body: { settings } });
    newIsolate();
    await send(`${words} again`);
    const kept = (await reportsOf(project)).map((one) => one.body);
    expect(kept).toContain("Ann <[email]> saw it from 203.0.113.9 again");
    const queue = memoryQueue();
    const issue = { number: 8, title: "Mail", body: words, user: { login: "ann" } };
    const body = JSON.stringify({
      action: "opened",
      issue,
      repository: { id: 1, full_name: "acme/orders" },
    });
    await call("POST", `/ingest/github/${project.sources.github}`, {
      body,
      bindings: { DB: AWAY, INGEST_QUEUE: queue },
      headers: {
        "x-github-event": "issues",
        "x-hub-signature-256": `sha256=${await hmacSha256Hex(GITHUB_SECRET, bytes(body))}`,
      },
    });
    expect(JSON.stringify(queue.bodies)).toContain("[email]");
    expect(JSON.stringify(queue.bodies)).not.toContain("203.0.113.9");
  });
});
