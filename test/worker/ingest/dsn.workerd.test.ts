import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  call,
  makeProject,
  reportsOf,
  send as deliver,
  sourcesOf,
  type TestProject,
  type TestSource,
} from "../../builders/api";
import { bareItem, envelope, item } from "../../builders/envelope";

const EVENT_ID = "9ec79c33ec9942ab8353589fcb2e04dc";

function event(over: Record<string, unknown> = {}) {
  return {
    event_id: EVENT_ID,
    platform: "javascript",
    timestamp: 1772359200.5,
    environment: "production",
    // Other events are other problems here: equal crashes would be counted as a storm.
    fingerprint: [String(over["event_id"] ?? EVENT_ID)],
    exception: {
      values: [
        {
          type: "TypeError",
          value: "cart is undefined",
          stacktrace: {
            frames: [{ filename: "src/cart.js", function: "totalOf", lineno: 12, in_app: true }],
          },
        },
      ],
    },
    ...over,
  };
}

type Dsn = { url: string; key: string; path: string; source: TestSource };

async function dsnOf(project: TestProject): Promise<Dsn> {
  const source = (await sourcesOf(project)).find((one) => one.channel === "dsn")!;
  const url = new URL(source.dsn!);
  return { url: source.dsn!, key: url.username, path: `/api${url.pathname}`, source };
}

async function post(path: string, body: BodyInit | null, headers: Record<string, string> = {}) {
  const response = await deliver(
    new Request(`http://api.test${path}`, { method: "POST", body, headers }),
  );
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const auth = (key: string) => ({
  "x-sentry-auth": `Sentry sentry_version=7, sentry_client=sentry.test/1.0, sentry_key=${key}`,
});

describe("a project's DSN", () => {
  it("is there from the beginning and carries the project's number and a public key only", async () => {
    const project = await makeProject();
    const { url, source } = await dsnOf(project);
    expect(url).toMatch(/^http:\/\/[0-9a-f]{32}@api\.test\/1$/);
    expect(source).toMatchObject({ kind: "sentry", webhook_url: null, mail_address: null });
  });

  it("lets an envelope in by header, by query, or by the DSN inside it", async () => {
    const project = await makeProject();
    const { key, path, url } = await dsnOf(project);
    const ids = ["a", "b", "c"].map((digit) => digit.repeat(32));
    const send = (id: string) =>
      envelope({ event_id: id }, bareItem("event", event({ event_id: id })));
    const answers = [
      await post(`${path}/envelope/`, send(ids[0]!), auth(key)),
      await post(`${path}/envelope/?sentry_version=7&sentry_key=${key}`, send(ids[1]!)),
      await post(
        `${path}/envelope/`,
        envelope({ event_id: ids[2], dsn: url }, item("event", event({ event_id: ids[2] }))),
      ),
    ];
    for (const [i, answer] of answers.entries()) {
      expect(answer.status, answer.text).toBe(200);
      expect(JSON.parse(answer.text)).toEqual({ id: ids[i] });
    }
    const reports = await reportsOf(project);
    expect(reports.map((one) => one.external_id).sort()).toEqual(ids);
    expect(reports[0]).toMatchObject({
      source: "sentry",
      title: "TypeError: cart is undefined",
      body: "TypeError: cart is undefined\nsrc/cart.js:12 totalOf",
      metadata: { via: "dsn", environment: "production" },
    });
    expect((await dsnOf(project)).source.last_delivery_at).not.toBeNull();
  });

  it("keeps events and feedback, and takes and drops the rest", async () => {
    const project = await makeProject();
    const { key, path } = await dsnOf(project);
    const feedback = {
      event_id: "d".repeat(32),
      type: "feedback",
      timestamp: 1772359200.5,
      contexts: {
        feedback: { message: "The pay button does nothing", contact_email: "a@b.example" },
      },
    };
    const body = envelope(
      { event_id: EVENT_ID },
      item("session", { sid: "1", status: "ok" }),
      item("transaction", { type: "transaction", transaction: "GET /" }),
      item("client_report", { discarded_events: [] }),
      item("attachment", "a\nb\nc", { filename: "log.txt" }),
      item("replay_recording", "binary \u0000\n\n stuff"),
      item("event", event()),
      bareItem("feedback", feedback),
      bareItem("user_report", { event_id: EVENT_ID, name: "Ann", comments: "It was the cart" }),
    );
    expect((await post(`${path}/envelope/`, body, auth(key))).status).toBe(200);
    const titles = (await reportsOf(project)).map((one) => one.title);
    expect(titles.sort()).toEqual([
      "It was the cart",
      "The pay button does nothing",
      "TypeError: cart is undefined",
    ]);
    const nothing = envelope({}, item("sessions", { aggregates: [] }));
    expect(await post(`${path}/envelope/`, nothing, auth(key))).toMatchObject({
      status: 200,
      text: "{}",
    });
  });

  it.each([
    ["gzip", (bytes: Uint8Array) => gzipSync(bytes)],
    ["deflate", (bytes: Uint8Array) => deflateSync(bytes)],
    ["deflate", (bytes: Uint8Array) => deflateRawSync(bytes)],
    ["br", (bytes: Uint8Array) => brotliCompressSync(bytes)],
  ])("unpacks %s", async (encoding, pack) => {
    const project = await makeProject();
    const { key, path } = await dsnOf(project);
    const body = new Uint8Array(pack(envelope({ event_id: EVENT_ID }, item("event", event()))));
    const headers = { ...auth(key), "content-encoding": encoding };
    expect((await post(`${path}/envelope/`, body, headers)).status).toBe(200);
    expect(await reportsOf(project)).toHaveLength(1);
  });

  it("takes a bare event at the older address, packed or in base64", async () => {
    const project = await makeProject();
    const { key, path } = await dsnOf(project);
    const text = (id: string) => JSON.stringify(event({ event_id: id }));
    const old = btoa(String.fromCharCode(...deflateSync(text("b".repeat(32)))));
    const packed = new Uint8Array(gzipSync(text("c".repeat(32))));
    const answers = [
      await post(`${path}/store/`, text("a".repeat(32)), auth(key)),
      await post(`${path}/store/?sentry_key=${key}`, old),
      await post(`${path}/store/`, packed, { ...auth(key), "content-encoding": "gzip" }),
    ];
    expect(answers.map((one) => one.status)).toEqual([200, 200, 200]);
    expect(await reportsOf(project)).toHaveLength(3);
  });

  it("makes one report of an event that comes five times at once", async () => {
    const project = await makeProject();
    const { key, path } = await dsnOf(project);
    const send = () =>
      post(
        `${path}/envelope/`,
        envelope({ event_id: EVENT_ID }, item("event", event())),
        auth(key),
      );
    const answers = await Promise.all(Array.from({ length: 5 }, send));
    expect(answers.map((one) => one.status)).toEqual([200, 200, 200, 200, 200]);
    expect(await reportsOf(project)).toHaveLength(1);
  });

  it("lets an event claim neither an issue nor a link of Sentry's", async () => {
    const project = await makeProject();
    const { key, path } = await dsnOf(project);
    const made = event({ issue_id: "7", web_url: "https://evil.example/", title: "Made up" });
    await post(`${path}/store/`, JSON.stringify(made), auth(key));
    const [report] = await reportsOf(project);
    expect(report).toMatchObject({ title: "TypeError: cart is undefined" });
    expect(report?.metadata.issue_id).toBeUndefined();
    expect(report?.metadata.url).toBeUndefined();
  });
});

describe("who may report", () => {
  it("is decided by the public key of that very project", async () => {
    const mine = await makeProject("me@example.com");
    const theirs = await makeProject("them@example.com");
    const [own, other] = [await dsnOf(mine), await dsnOf(theirs)];
    const body = JSON.stringify(event());
    const none = await post(`${own.path}/store/`, body);
    expect(none.status).toBe(401);
    for (const key of [other.key, "f".repeat(32), "short", "x".repeat(5_000)]) {
      expect((await post(`${own.path}/store/`, body, auth(key))).status).toBe(403);
    }
    const inside = envelope({ dsn: other.url }, item("event", event()));
    expect((await post(`${own.path}/envelope/`, inside)).status).toBe(403);
    const nowhere = envelope({}, item("event", event()));
    expect((await post(`${own.path}/envelope/`, nowhere)).status).toBe(401);
    for (const path of ["/api/999", "/api/abc", "/api/1e3", "/api/-1"]) {
      expect((await post(`${path}/store/`, body, auth(own.key))).status).toBe(403);
    }
    expect(await reportsOf(mine)).toHaveLength(0);
  });

  it("changes with a new key: the old one ends at once", async () => {
    const project = await makeProject();
    const before = await dsnOf(project);
    const { status, json } = await call("POST", `/projects/~/sources/${before.source.id}/rotate`, {
      token: project.token,
    });
    expect(status).toBe(200);
    const after = await dsnOf(project);
    expect((json as unknown as TestSource).dsn).toBe(after.url);
    expect(after.key).not.toBe(before.key);
    const body = JSON.stringify(event());
    expect((await post(`${before.path}/store/`, body, auth(before.key))).status).toBe(403);
    expect((await post(`${after.path}/store/`, body, auth(after.key))).status).toBe(200);
  });

  it("ends when the DSN is removed, and a project has one at most", async () => {
    const project = await makeProject();
    const { key, path, source } = await dsnOf(project);
    const create = () =>
      call("POST", "/projects/~/sources", {
        token: project.token,
        body: { kind: "sentry", channel: "dsn", name: "Again" },
      });
    expect(await create()).toMatchObject({ status: 409, json: { code: "conflict" } });
    await call("DELETE", `/projects/~/sources/${source.id}`, { token: project.token });
    expect((await post(`${path}/store/`, "{}", auth(key))).status).toBe(403);
    expect(await create()).toMatchObject({ status: 201, json: { secret: null, channel: "dsn" } });
  });
});

describe("browsers", () => {
  const origin = { origin: "https://shop.example" };

  it("may ask first, and may read every answer, of this door only", async () => {
    const project = await makeProject();
    const { key, path } = await dsnOf(project);
    const asked = await deliver(
      new Request(`http://api.test${path}/envelope/`, {
        method: "OPTIONS",
        headers: {
          ...origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "x-sentry-auth,content-type",
        },
      }),
    );
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-origin")).toBe("*");
    expect(asked.headers.get("access-control-allow-headers")).toContain("x-sentry-auth");
    const body = JSON.stringify(event());
    for (const answer of [
      await post(`${path}/store/`, body, { ...origin, ...auth(key) }),
      await post(`${path}/store/`, body, { ...origin, ...auth("wrong") }),
      await post(`${path}/store/`, "{", { ...origin, ...auth(key) }),
    ]) {
      expect(answer.headers.get("access-control-allow-origin"), answer.text).toBe("*");
    }
    const elsewhere = await deliver(new Request("http://api.test/health", { headers: origin }));
    expect(elsewhere.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("limits", () => {
  it("answer 429 with the time to wait, in the words that SDKs know", async () => {
    const project = await makeProject();
    const { key, path, source } = await dsnOf(project);
    const send = () => post(`${path}/envelope/`, envelope({}, item("event", event())), auth(key));
    expect((await send()).status).toBe(200);
    // As if the source had brought a whole minute's reports.
    const meter = env.METER.get(env.METER.idFromName(source.id));
    await meter.admit({ reports: 1e9, deliveryId: null, events: [] });
    const last = await send();
    expect(last.status).toBe(429);
    expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(last.headers.get("x-sentry-rate-limits")).toMatch(/^\d+::key$/);
    expect(last.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("refuse a body, an unpacked body and an event that are too large with 413", async () => {
    const project = await makeProject();
    const { key, path } = await dsnOf(project);
    const huge = "x".repeat(10 * 1024 * 1024 + 1);
    expect((await post(`${path}/envelope/`, huge, auth(key))).status).toBe(413);
    const bomb = new Uint8Array(gzipSync(new Uint8Array(30 * 1024 * 1024)));
    const packed = { ...auth(key), "content-encoding": "gzip" };
    expect(bomb.length).toBeLessThan(100_000);
    expect((await post(`${path}/envelope/`, bomb, packed)).status).toBe(413);
    const large = envelope({}, item("event", event({ message: "y".repeat(1024 * 1024) })));
    expect((await post(`${path}/envelope/`, large, auth(key))).status).toBe(413);
    const { dropped, last_error } = (await dsnOf(project)).source;
    expect(dropped).toEqual({ too_large: 1 });
    expect(last_error).toContain("1048576 bytes");
  });

  it("refuse what cannot be read with the place of the fault", async () => {
    const project = await makeProject();
    const { key, path } = await dsnOf(project);
    const packed = { ...auth(key), "content-encoding": "gzip" };
    expect((await post(`${path}/envelope/`, "not gzip", packed)).status).toBe(400);
    const zstd = { ...auth(key), "content-encoding": "zstd" };
    expect((await post(`${path}/envelope/`, "x", zstd)).status).toBe(415);
    const short = '{}\n{"type":"event","length":500}\n{}';
    const answer = await post(`${path}/envelope/`, short, auth(key));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: "malformed_body",
      errors: [{ path: "items.0" }],
    });
  });
});

describe("the DSN's filters", () => {
  it("hold back other environments and levels, and count them", async () => {
    const project = await makeProject();
    const { key, path, source } = await dsnOf(project);
    const settings = { environments: ["Production"], levels: ["error", "fatal"] };
    const changed = await call("PATCH", `/projects/~/sources/${source.id}`, {
      token: project.token,
      body: { settings },
    });
    expect(changed).toMatchObject({ status: 200, json: { settings } });
    for (const [i, over] of [
      { environment: "staging", level: "error" },
      { environment: "staging" },
      { level: "info" },
      { level: "fatal" },
      { environment: undefined },
    ].entries()) {
      const id = String(i).repeat(32);
      await post(`${path}/store/`, JSON.stringify(event({ event_id: id, ...over })), auth(key));
    }
    const kept = (await reportsOf(project)).map((one) => one.external_id[0]);
    expect(kept.sort()).toEqual(["3", "4"]);
    expect((await dsnOf(project)).source.dropped).toEqual({ environment: 2, level: 1 });
    const tested = await call("POST", `/projects/~/sources/${source.id}/test`, {
      token: project.token,
    });
    expect(tested.status, tested.text).toBe(200);
  });
});
