import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { hmacSha256Hex } from "../../../worker/kit/signing";
import {
  call,
  GITHUB_SECRET,
  makeProject,
  SENTRY_SECRET,
  sourcesOf,
  untilClustered,
  type TestProject,
} from "../../builders/api";

import { itemsOf, sourceOf } from "../../builders/polling";

const bytes = (text: string) => new TextEncoder().encode(text);

async function sendSentry(project: TestProject, payload: unknown, secret = SENTRY_SECRET) {
  const body = JSON.stringify(payload);
  return call("POST", `/ingest/sentry/${project.sources.sentry}`, {
    body,
    headers: {
      "sentry-hook-resource": "event_alert",
      "sentry-hook-signature": await hmacSha256Hex(secret, bytes(body)),
    },
  });
}

async function sendGithub(project: TestProject, event: string, payload: unknown) {
  const body = JSON.stringify(payload);
  return call("POST", `/ingest/github/${project.sources.github}`, {
    body,
    headers: {
      "x-github-event": event,
      "x-github-delivery": crypto.randomUUID(),
      "x-hub-signature-256": `sha256=${await hmacSha256Hex(GITHUB_SECRET, bytes(body))}`,
    },
  });
}

function crash(id: string) {
  return {
    action: "triggered",
    data: {
      event: {
        event_id: id,
        platform: "node",
        exception: {
          values: [
            {
              type: "TypeError",
              value: "Cannot read properties of undefined (reading 'name')",
              stacktrace: {
                frames: [{ filename: "src/a.js", function: "a", lineno: 3, in_app: true }],
              },
            },
          ],
        },
      },
    },
  };
}

const repository = {
  id: 7,
  name: "orders",
  full_name: "acme/orders",
  owner: { login: "acme", id: 1 },
};
const issue = {
  id: 1,
  number: 12,
  title: "Checkout is broken",
  body: "It shows an error",
  state: "open",
  user: { login: "ann", id: 2, type: "User" },
  labels: [],
  html_url: "https://github.com/acme/orders/issues/12",
  created_at: "2026-11-01T10:00:00Z",
  updated_at: "2026-11-01T10:00:00Z",
};

describe("signed webhooks", () => {
  it("make one item of the same delivery that comes five times at once", async () => {
    const project = await makeProject();
    const payload = crash("a".repeat(32));
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => sendSentry(project, payload)),
    );
    for (const answer of answers) expect(answer.status, answer.text).toBe(202);
    const rows = await env.DB.prepare("SELECT count(*) AS n FROM feedback").first<{ n: number }>();
    expect(rows?.n).toBe(1);
    const ids = new Set(
      answers.map((one) => (one.json as unknown as { feedback_ids: string[] }).feedback_ids[0]),
    );
    expect(ids.size).toBe(1);
  });

  it("let nobody in with a wrong secret, and the source remembers why", async () => {
    const project = await makeProject();
    const answer = await sendSentry(project, crash("b".repeat(32)), "another secret that is wrong");
    expect(answer).toMatchObject({ status: 401, json: { code: "bad_signature" } });
    expect(
      (await sourcesOf(project)).find((one) => one.id === project.sources.sentry)?.last_error,
    ).toContain("signature");
  });

  it("refuse garbage with the path of its fault, and pass over what they do not know", async () => {
    const project = await makeProject();
    const garbage = await sendGithub(project, "issues", {
      action: "opened",
      issue: { number: "x" },
      repository,
    });
    expect(garbage.status).toBe(400);
    expect((garbage.json as unknown as { errors: { path: string }[] }).errors[0]?.path).toContain(
      "issue",
    );
    const unknown = await sendGithub(project, "marketplace_purchase", { action: "purchased" });
    expect(unknown).toMatchObject({ status: 202, json: { outcome: "ignored" } });
  });

  it("replace an issue's text when it is edited, and delete it when it is deleted", async () => {
    const project = await makeProject();
    await sendGithub(project, "issues", {
      action: "opened",
      issue,
      repository,
      sender: issue.user,
    });
    await sendGithub(project, "issues", {
      action: "edited",
      issue: { ...issue, title: "Checkout fails with 500", updated_at: "2026-11-01T11:00:00Z" },
      changes: { title: { from: issue.title } },
      repository,
      sender: issue.user,
    });
    const one = await call("GET", "/feedback?source=github", { token: project.token });
    const items = (one.json as unknown as { items: { title: string; external_id: string }[] })
      .items;
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      title: "Checkout fails with 500",
      external_id: "acme/orders#12",
    });
    await untilClustered(project);
    await sendGithub(project, "issues", {
      action: "deleted",
      issue,
      repository,
      sender: issue.user,
    });
    const none = await call("GET", "/feedback?source=github", { token: project.token });
    expect((none.json as unknown as { items: unknown[] }).items).toHaveLength(0);
  });

  it("close, reopen and label an issue, take it in if it was unknown, and heed no old news", async () => {
    const project = await makeProject();
    const tell = (action: string, hour: number, over = {}) =>
      sendGithub(project, "issues", {
        action,
        issue: { ...issue, updated_at: `2026-11-01T${hour}:00:00Z`, ...over },
        repository,
        sender: issue.user,
      });
    const stored = async () => (await itemsOf("github"))["acme/orders#12"];
    expect((await tell("labeled", 11, { labels: [{ name: "bug" }] })).json).toMatchObject({
      outcome: "stored",
    });
    expect(await stored()).toMatchObject({ state: "open", metadata: { labels: ["bug"] } });
    expect((await tell("closed", 12, { state: "closed" })).json).toMatchObject({
      outcome: "changed",
    });
    expect(await stored()).toMatchObject({ state: "closed", metadata: { labels: [] } });
    await tell("edited", 11, { title: "Old news" });
    expect(await stored()).toMatchObject({ state: "closed", title: issue.title });
    await tell("reopened", 13, { state: "open", state_reason: "reopened" });
    expect(await stored()).toMatchObject({ state: "open" });
    const moved = { new_issue: { number: 3 }, new_repository: { full_name: "acme/shop" } };
    await sendGithub(project, "issues", {
      action: "transferred",
      issue,
      repository,
      changes: moved,
    });
    expect(await stored()).toMatchObject({ state: "deleted", title: "(deleted)" });
    const own = await tell("opened", 14, { number: 13, user: { login: "x[bot]", type: "Bot" } });
    expect(own.json).toMatchObject({ outcome: "ignored" });
    expect((await sourceOf(project, "github")).counts).toEqual({
      accepted: 3,
      duplicate: 1,
      filtered: 1,
      refused: 0,
    });
  });

  it("work by the short address when the project has exactly one such source", async () => {
    const project = await makeProject();
    const body = JSON.stringify(crash("c".repeat(32)));
    const headers = {
      "sentry-hook-resource": "event_alert",
      "sentry-hook-signature": await hmacSha256Hex(SENTRY_SECRET, bytes(body)),
    };
    expect((await call("POST", "/ingest/sentry", { body, headers })).status).toBe(202);
    await call("POST", "/projects/~/sources", {
      token: project.token,
      body: { kind: "sentry", name: "Second" },
    });
    const ambiguous = await call("POST", "/ingest/sentry", { body, headers });
    expect(ambiguous).toMatchObject({ status: 409, json: { code: "ambiguous_source" } });
  });

  it("send a test event of its own through the same door", async () => {
    const project = await makeProject();
    for (const id of Object.values(project.sources)) {
      const answer = await call("POST", `/projects/~/sources/${id}/test`, { token: project.token });
      expect(answer.status, answer.text).toBe(200);
      const { feedback_id } = answer.json as unknown as { feedback_id: string };
      expect((await call("GET", `/feedback/${feedback_id}`, { token: project.token })).status).toBe(
        200,
      );
    }
  });
});
