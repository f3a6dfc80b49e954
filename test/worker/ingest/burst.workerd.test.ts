import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../../worker/env";
import worker from "../../../worker/index";
import { hmacSha256Hex } from "../../../worker/kit/signing";
import {
  call,
  GITHUB_SECRET,
  makeProject,
  reportsOf,
  SENTRY_SECRET,
  send,
  sourcesOf,
  type TestProject,
} from "../../builders/api";
import { mail } from "../../builders/mail";
import { eventAlert, webhookEvent } from "../../builders/sentry";

const COPIES = 50;
const BURST = process.env["SOULCASTER_DEEP"] ? 10_000 : 80;
const AT_ONCE = 16;
/** Of each ten events seven are of one crash, and three are crashes of their own. */
const STORM_OF_TEN = 7;

const eventId = (n: number) => n.toString(16).padStart(32, "0");

async function signed(secret: string, body: string): Promise<string> {
  return hmacSha256Hex(secret, new TextEncoder().encode(body));
}

describe("fifty copies of one delivery at the same moment are one report", () => {
  const project = () => makeProject();

  async function expectOne(
    at: TestProject,
    deliver: () => Promise<{ status: number }>,
  ): Promise<void> {
    const answers = await Promise.all(Array.from({ length: COPIES }, deliver));
    for (const { status } of answers) expect(status).toBeLessThan(300);
    await sourcesOf(at);
    const reports = await reportsOf(at);
    expect(reports).toHaveLength(1);
    expect(reports[0]!.occurrences).toBe(1);
  }

  it("of Sentry's alert", async () => {
    const at = await project();
    const body = JSON.stringify(eventAlert(webhookEvent({})));
    const headers = {
      "sentry-hook-resource": "event_alert",
      "sentry-hook-signature": await signed(SENTRY_SECRET, body),
    };
    const path = `/ingest/sentry/${at.sources.sentry}`;
    await expectOne(at, () => call("POST", path, { body, headers }));
  });

  it("of GitHub", async () => {
    const at = await project();
    const body = JSON.stringify({
      action: "opened",
      issue: { number: 7, title: "Cart is empty", body: "After login.", user: { login: "ann" } },
      repository: { id: 1, full_name: "acme/orders" },
    });
    const headers = {
      "x-github-event": "issues",
      "x-hub-signature-256": `sha256=${await signed(GITHUB_SECRET, body)}`,
    };
    const path = `/ingest/github/${at.sources.github}`;
    await expectOne(at, () => call("POST", path, { body, headers }));
  });

  it("of the poller of Reddit", async () => {
    const at = await project();
    const body = {
      name: "t3_abc",
      title: "App crashes",
      selftext: "It is broken",
      subreddit: "orders",
      permalink: "/r/orders/comments/abc/",
      author: "ann",
      created_utc: 1_772_000_000,
    };
    await expectOne(at, () => call("POST", "/ingest/reddit", { token: at.token, body }));
  });

  it("of the API", async () => {
    const at = await project();
    const body = { external_id: "ticket-1", title: "Cart is empty", body: "After login." };
    await expectOne(at, () => call("POST", "/feedback", { token: at.token, body }));
  });

  it("of a Sentry SDK", async () => {
    const at = await project();
    const source = (await sourcesOf(at)).find((one) => one.channel === "dsn")!;
    const dsn = new URL(source.dsn!);
    const body = JSON.stringify(webhookEvent({}));
    const path = `/api${dsn.pathname}/store/?sentry_key=${dsn.username}`;
    await expectOne(at, () => call("POST", path, { body }));
  });

  it("of a mail", async () => {
    const at = await project();
    const token = at.token;
    await call("POST", "/projects/~/sources", { token, body: { kind: "email", name: "Mail" } });
    const source = (await sourcesOf(at)).find((one) => one.channel === "mail")!;
    const bytes = mail({ text: "The cart is empty." });
    await expectOne(at, async () => {
      const message = {
        from: "ann@customer.example",
        to: source.mail_address!,
        raw: new Blob([bytes]).stream(),
        rawSize: bytes.length,
        setReject: (reason: string) => expect.unreachable(reason),
      };
      await worker.email(message as unknown as ForwardableEmailMessage, env as unknown as Env);
      return { status: 200 };
    });
  });
});

/** The project's database, which somebody can take away, or make slower than a sender waits. */
function moodyDatabase() {
  const state: { mood: "well" | "slow" | "away" } = { mood: "well" };
  const batch: D1Database["batch"] = async (statements) => {
    if (state.mood === "slow") await new Promise((resolve) => setTimeout(resolve, 700));
    return env.DB.batch(statements);
  };
  const db = new Proxy(env.DB, {
    get(target, name) {
      if (state.mood === "away") throw new Error("D1_ERROR: Network connection lost.");
      if (name === "batch") return batch;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { state, db };
}

async function handleMessages(bodies: unknown[]): Promise<void> {
  for (let from = 0; from < bodies.length; from += 100) {
    const messages = bodies.slice(from, from + 100).map((body, i) => ({
      id: `message-${from + i}`,
      timestamp: new Date(),
      attempts: 1,
      body,
    }));
    const batch = createMessageBatch("soulcaster-ingest", messages);
    await worker.queue(batch, env as unknown as Env);
    const result = await getQueueResult(batch, createExecutionContext());
    expect(result.explicitAcks).toHaveLength(messages.length);
  }
}

it(
  "an outage in the middle of a burst loses nothing and doubles nothing, in two projects at once",
  { timeout: 1_800_000 },
  async () => {
    const projects = [await makeProject(), await makeProject("other@example.com")] as const;
    const { state, db } = moodyDatabase();
    const queued: unknown[] = [];
    const INGEST_QUEUE = { send: async (body: unknown) => void queued.push(body) };
    const bindings = { DB: db, INGEST_QUEUE };

    async function deliver(n: number): Promise<void> {
      const project = projects[n % 2]!;
      const inStorm = Math.floor(n / 2) % 10 < STORM_OF_TEN;
      const event = webhookEvent({
        event_id: eventId(n),
        fingerprint: [inStorm ? "storm" : `own-${n}`],
        datetime: new Date().toISOString(),
      });
      const body = JSON.stringify(eventAlert(event));
      const request = new Request(`http://api.test/ingest/sentry/${project.sources.sentry}`, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          "sentry-hook-resource": "event_alert",
          "sentry-hook-signature": await signed(SENTRY_SECRET, body),
        },
      });
      const response = await send(request, bindings);
      expect(response.status, await response.text()).toBe(202);
    }

    let next = 0;
    async function deliverOn(): Promise<void> {
      for (let n = next++; n < BURST; n = next++) {
        const tenth = Math.floor((n / BURST) * 10);
        state.mood =
          tenth === 3 || tenth === 4 ? "away" : tenth === 5 && n % 50 === 0 ? "slow" : "well";
        await deliver(n);
        // A sender that did not hear the answer sends again.
        if (n % 7 === 0) await deliver(n);
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, deliverOn));
    expect(queued.length).toBeGreaterThan(0);
    // A queue may deliver twice, and in any order.
    await handleMessages([...queued, ...queued.toReversed()]);
    for (const [which, project] of projects.entries()) {
      await sourcesOf(project);
      const expected = Array.from({ length: BURST }, (_, n) => n).filter((n) => n % 2 === which);
      const { results } = await env.DB.prepare(
        "SELECT external_id AS id, occurrences FROM feedback WHERE project_id = ?",
      )
        .bind(project.projectId)
        .all<{ id: string; occurrences: number }>();
      const own = expected.filter((n) => Math.floor(n / 2) % 10 >= STORM_OF_TEN).map(eventId);
      const ids = new Set(results.map((one) => one.id));
      expect(own.filter((id) => !ids.has(id))).toEqual([]);
      expect(results.reduce((sum, one) => sum + one.occurrences, 0)).toBe(expected.length);
      expect(results.length).toBeLessThan(own.length + 20);
    }
  },
);
