import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signBody } from "./hooks";
import {
  client,
  commitFiles,
  openPull,
  READ_TOKEN,
  refusal,
  startTestForge,
  where,
  type TestForge,
} from "./testing";

type Received = {
  event: string;
  headers: IncomingHttpHeaders;
  raw: string;
  body: Record<string, unknown>;
};
type Receiver = {
  url: string;
  port: number;
  got: Received[];
  failNext(times: number): void;
  close(): Promise<void>;
};

const SECRET = "hook-secret";
const WAIT = { timeout: 10_000, interval: 20 };
let forge: TestForge;
let receiver: Receiver;

async function startReceiver(port = 0): Promise<Receiver> {
  const got: Received[] = [];
  let failures = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks).toString("utf8");
      const event = String(request.headers["x-github-event"]);
      if (failures > 0) {
        failures -= 1;
        response.writeHead(502).end();
        return;
      }
      got.push({ event, headers: request.headers, raw, body: JSON.parse(raw) });
      response.writeHead(202).end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const used = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${used}/hook`,
    port: used,
    got,
    failNext: (times) => {
      failures = times;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function addHook(events: string[], url = receiver.url): Promise<number> {
  const { data } = await forge.octokit.rest.repos.createWebhook({
    ...where,
    events,
    config: { url, content_type: "json", secret: SECRET },
  });
  return data.id;
}

async function arrived(event: string, action?: string): Promise<Received> {
  return vi.waitFor(() => {
    const found = receiver.got.find(
      (one) => one.event === event && (action === undefined || one.body.action === action),
    );
    if (!found) throw new Error(`no ${event} ${action ?? ""} yet`);
    return found;
  }, WAIT);
}

beforeEach(async () => {
  forge = await startTestForge();
  receiver = await startReceiver();
});
afterEach(async () => {
  await forge.end();
  await receiver.close();
});

describe("the played GitHub's webhooks", () => {
  it("signs the raw body and pings first", async () => {
    await addHook(["issues"]);
    const ping = await arrived("ping");
    expect(ping.headers["x-hub-signature-256"]).toBe(signBody(SECRET, ping.raw));
    expect(signBody("It's a Secret to Everybody", "Hello, World!")).toBe(
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    );
    const issue = { ...where, title: "Crash ☠", body: "<b>x</b>" };
    await client(forge.url, READ_TOKEN).rest.issues.create(issue);
    const opened = await arrived("issues", "opened");
    expect(opened.headers["x-hub-signature-256"]).toBe(signBody(SECRET, opened.raw));
    expect(opened.headers["x-github-delivery"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(opened.body).toMatchObject({
      issue: { title: "Crash ☠", state: "open", user: { login: "reader" } },
      repository: { full_name: "acme/shop" },
      sender: { login: "reader" },
    });
  });

  it("tells of comments, pushes, pull requests, reviews and checks in GitHub's shapes", async () => {
    await addHook(["*"]);
    const { issues, pulls, checks } = forge.octokit.rest;
    const number = await openPull(forge.octokit, "feature/x", { "x.txt": "1" });
    await issues.createComment({ ...where, issue_number: number, body: "hello" });
    await client(forge.url, READ_TOKEN).rest.pulls.createReview({
      ...where,
      pull_number: number,
      event: "APPROVE",
    });
    const sha = await commitFiles(forge.octokit, "feature/x", { "x.txt": "2" });
    await checks.create({ ...where, name: "ci", head_sha: sha, conclusion: "success" });
    await pulls.merge({ ...where, pull_number: number });
    const merged = await arrived("pull_request", "closed");
    expect(merged.body).toMatchObject({ number, pull_request: { merged: true, state: "closed" } });
    expect((await arrived("pull_request", "opened")).body).toMatchObject({
      pull_request: { merged: false, changed_files: 1, head: { ref: "feature/x" } },
    });
    expect((await arrived("pull_request", "synchronize")).body).toMatchObject({ after: sha });
    expect((await arrived("issue_comment", "created")).body).toMatchObject({
      issue: { pull_request: { url: expect.any(String) } },
      comment: { body: "hello" },
    });
    expect((await arrived("pull_request_review")).body).toMatchObject({
      review: { state: "approved" },
    });
    expect((await arrived("check_run", "completed")).body).toMatchObject({
      check_run: { conclusion: "success", pull_requests: [{ number }] },
    });
    const push = await arrived("push");
    expect(push.body).toMatchObject({
      ref: "refs/heads/feature/x",
      created: true,
      head_commit: { added: ["x.txt"] },
      commits: [{ added: ["x.txt"], message: "Change" }],
    });
  });

  it("has every field that readers of the recorded events rely on, of the same kind", async () => {
    await addHook(["*"]);
    const number = await openPull(forge.octokit, "shape", { "s.txt": "1" });
    await forge.octokit.rest.issues.createComment({ ...where, issue_number: number, body: "c" });
    await forge.octokit.rest.issues.create({ ...where, title: "I", body: "b" });
    const paths = {
      issues: [
        "issue.number",
        "issue.title",
        "issue.body",
        "issue.html_url",
        "issue.user.login",
        "issue.state",
        "issue.created_at",
        "repository.id",
        "repository.owner.login",
        "sender.type",
      ],
      issue_comment: [
        "comment.id",
        "comment.body",
        "comment.html_url",
        "comment.user.id",
        "issue.comments",
      ],
      pull_request: [
        "number",
        "pull_request.head.sha",
        "pull_request.base.ref",
        "pull_request.base.repo.id",
        "pull_request.draft",
        "pull_request.merged",
        "pull_request.additions",
        "pull_request.node_id",
      ],
    };
    const recorded = createRequire(import.meta.url)("@octokit/webhooks-examples") as {
      default?: Example[];
    } & Example[];
    type Example = { name: string; examples: Record<string, unknown>[] };
    const action = { issues: "opened", issue_comment: "created", pull_request: "opened" } as const;
    for (const name of ["issues", "issue_comment", "pull_request"] as const) {
      const real = (recorded.default ?? recorded)
        .find((one) => one.name === name)
        ?.examples.find((one) => one.action === action[name]);
      const ours = (await arrived(name, action[name])).body;
      for (const path of paths[name]) {
        expect([name, path, typeof at(ours, path)]).toEqual([name, path, typeof at(real, path)]);
      }
    }
  });

  it("tries again while the target fails, and records every attempt", async () => {
    const id = await addHook(["issues"]);
    await arrived("ping");
    receiver.failNext(2);
    await forge.octokit.rest.issues.create({ ...where, title: "Late" });
    const { headers } = await arrived("issues");
    const call = { ...where, hook_id: id };
    await vi.waitFor(async () => {
      const { data } = await forge.octokit.rest.repos.listWebhookDeliveries(call);
      const tries = data.filter((one) => one.event === "issues");
      expect(tries.map((one) => one.status_code)).toEqual([202, 502, 502]);
      expect(new Set(tries.map((one) => one.guid))).toEqual(
        new Set([headers["x-github-delivery"]]),
      );
    }, WAIT);
  });

  it("waits for a target that is down, and redelivers on request under the same guid", async () => {
    const { port } = receiver;
    const id = await addHook(["issues"]);
    await arrived("ping");
    await receiver.close();
    await forge.octokit.rest.issues.create({ ...where, title: "Down" });
    const { repos } = forge.octokit.rest;
    const call = { ...where, hook_id: id };
    const failed = await vi.waitFor(async () => {
      const { data } = await repos.listWebhookDeliveries(call);
      const tries = data.filter((one) => one.event === "issues");
      expect(tries).toHaveLength(4);
      return tries[0];
    }, WAIT);
    expect(failed).toMatchObject({ status: "failed to connect to host", status_code: 0 });
    receiver = await startReceiver(port);
    await repos.redeliverWebhookDelivery({ ...call, delivery_id: failed?.id ?? 0 });
    const late = await arrived("issues");
    expect(late.headers["x-github-delivery"]).toBe(failed?.guid);
    expect((late.body as { issue: { title: string } }).issue.title).toBe("Down");
  });

  it("calls nobody outside this machine, shows no secret, and lets only admins look", async () => {
    for (const url of [
      "http://example.com/x",
      "http://127.0.0.1.evil.test/",
      "file:///etc/passwd",
    ]) {
      expect((await refusal(addHook(["push"], url))).status).toBe(422);
    }
    const id = await addHook(["push"]);
    expect((await refusal(addHook(["push"]))).errors).toMatchObject([
      { message: "Hook already exists on this repository" },
    ]);
    const { data } = await forge.octokit.rest.repos.listWebhooks(where);
    expect(JSON.stringify(data)).not.toContain(SECRET);
    const reader = client(forge.url, READ_TOKEN).rest.repos;
    expect((await refusal(reader.listWebhooks(where))).status).toBe(404);
    await forge.octokit.rest.repos.deleteWebhook({ ...where, hook_id: id });
    expect((await forge.octokit.rest.repos.listWebhooks(where)).data).toEqual([]);
  });
});

function at(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((one, key) => (one as Record<string, unknown> | undefined)?.[key], value);
}
