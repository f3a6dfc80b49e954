import { describe, expect, it } from "vitest";
import { loader as importLoader } from "../../../web/app/routes/import-reports";
import { action, loader } from "../../../web/app/routes/sources";
import { manualCurl, apiAddressOf } from "../../../web/app/features/sources/curl";
import { fakeApi, outcome, problem, submit, visit } from "../fake-api";

const API = "/projects/p1/sources";
const MADE = { id: "s1", name: "Shop", secret: "made-by-the-api" };

async function act(
  fields: Record<string, string> | [string, string][],
  answers: Parameters<typeof fakeApi>[0],
) {
  const { calls, context } = fakeApi(answers);
  const request = submit("/p/p1/sources", fields);
  return { calls, ...outcome(await action({ request, context, params: { projectId: "p1" } })) };
}

describe("sources", () => {
  it("show a new secret once", async () => {
    const fields = { intent: "add", kind: "github", name: "Shop", secret: "" };
    const { calls, body } = await act(fields, { [`POST ${API}`]: MADE });
    expect(calls[0]?.json).toEqual({ kind: "github", name: "Shop" });
    expect(body).toMatchObject({ made: { name: "Shop", secret: "made-by-the-api" } });
  });

  it("do not show a secret that the person brought along", async () => {
    const fields = { intent: "add", kind: "sentry", name: "Shop", secret: "brought-along-secret" };
    const { body } = await act(fields, { [`POST ${API}`]: MADE });
    expect(JSON.stringify(body)).not.toContain("secret");
  });

  it("add a DSN and a mail address, which have no secret to show", async () => {
    const made = { ...MADE, secret: null };
    const dsn = await act({ intent: "add", kind: "dsn", name: "SDKs" }, { [`POST ${API}`]: made });
    expect(dsn.calls[0]?.json).toEqual({ kind: "sentry", channel: "dsn", name: "SDKs" });
    expect(JSON.stringify(dsn.body)).not.toContain("made");
    const mail = await act({ intent: "add", kind: "email", name: "M" }, { [`POST ${API}`]: made });
    expect(mail.calls[0]?.json).toEqual({ kind: "email", name: "M" });
  });

  it("save filters as a whole: what is empty lets everything through", async () => {
    const fields = { intent: "filter", source: "s1", environments: "production\n\n staging " };
    const { calls, body } = await act(fields, { [`PATCH ${API}/s1`]: MADE });
    expect(calls[0]?.json).toEqual({ settings: { environments: ["production", "staging"] } });
    expect(body).toMatchObject({ saved: "s1" });
  });

  it("make a new DSN or mail address", async () => {
    const { calls } = await act(
      { intent: "rotate", source: "s1" },
      { [`POST ${API}/s1/rotate`]: MADE },
    );
    expect(calls).toHaveLength(1);
  });

  it("say which report a test event made", async () => {
    const { body } = await act(
      { intent: "test", source: "s1" },
      { [`POST ${API}/s1/test`]: { feedback_id: "f7" } },
    );
    expect(body).toMatchObject({ tested: { source: "s1", feedbackId: "f7" } });
  });

  it("put a sync on the queue, of what has changed or of everything", async () => {
    const queued = { source_id: "s1", repository: "acme/orders", full: false, status: "queued" };
    const path = "/projects/p1/ingest/github/sync";
    for (const [intent, full] of [
      ["sync", "false"],
      ["sync-all", "true"],
    ] as const) {
      const { calls, body } = await act({ intent, source: "s1" }, { [`POST ${path}`]: queued });
      expect(calls[0]?.path).toBe(`${path}?full=${full}`);
      expect(body).toMatchObject({ synced: { source: "s1", repository: "acme/orders" } });
    }
  });

  const REDDIT = "PUT /projects/p1/config/reddit/subreddits";
  const TYPED: [string, string][] = [
    ["intent", "reddit"],
    ["subreddits", "alpha\r\nr/beta, gamma"],
    ["keywords", "bug\r\n\r\n- doesn't work"],
    ["interval", "7"],
    ["sorts", "top"],
    ["sorts", "new"],
    ["sorts", "no such sort"],
  ];

  it("save Reddit's settings, one entry per line", async () => {
    const { calls, body } = await act(TYPED, { [REDDIT]: {} });
    expect(calls[0]?.json).toEqual({
      subreddits: ["alpha", "r/beta", "gamma"],
      keywords: ["bug", "doesn't work"],
      interval_minutes: 7,
      sorts: ["new", "top"],
    });
    expect(body).toMatchObject({ saved: true });
  });

  it("keep what was typed when Reddit's settings are refused", async () => {
    const errors = [{ path: "subreddits.1", message: "must be a subreddit's name" }];
    const refused = problem(400, "invalid_input", "subreddits.1: no", errors);
    const { body, status } = await act(TYPED, { [REDDIT]: refused });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      problem: { errors },
      typed: { subreddits: "alpha\r\nr/beta, gamma", interval: "7", sorts: ["new", "top"] },
    });
  });

  it("keep the page when removing is refused", async () => {
    const { body, status } = await act(
      { intent: "remove", source: "s1" },
      { [`DELETE ${API}/s1`]: problem(403, "forbidden", "This needs the right project:admin.") },
    );
    expect(status).toBe(403);
    expect(body).toMatchObject({ problem: { code: "forbidden" } });
  });

  it("tell the command that adds a report at the API's own address", () => {
    const api = apiAddressOf([{ webhook_url: "https://api.example/ingest/sentry/1" }]);
    expect(manualCurl(api!, "p1")).toContain(
      "curl -X POST https://api.example/projects/p1/feedback",
    );
    expect(apiAddressOf([{ webhook_url: null }])).toBeNull();
    const dsn = "https://0123456789abcdef@api.example/prefix/7";
    expect(apiAddressOf([{ webhook_url: null, dsn }])).toBe("https://api.example/prefix");
    expect(apiAddressOf([])).toBeNull();
  });
});

describe("a rotated secret", () => {
  it("is shown once, with the time until which the one before counts", async () => {
    const turned = { ...MADE, previous_secret_until: "2026-11-22T12:00:00.000Z" };
    const { body } = await act(
      { intent: "rotate", source: "s1" },
      { [`POST ${API}/s1/rotate`]: turned },
    );
    const until = "2026-11-22T12:00:00.000Z";
    expect(body).toMatchObject({ made: { secret: "made-by-the-api", until } });
  });

  it("is none for a DSN, whose new address stands on the page", async () => {
    const turned = { ...MADE, secret: null, previous_secret_until: null };
    const { body } = await act(
      { intent: "rotate", source: "s1" },
      { [`POST ${API}/s1/rotate`]: turned },
    );
    expect(body).toEqual({ intent: "rotate", turned: "s1" });
  });
});

describe("dead letters", () => {
  const LETTERS = "/projects/p1/dead-letters";
  const answers = {
    [`GET ${API}`]: { items: [] },
    "GET /projects/p1/config/reddit/subreddits": { subreddits: [] },
  };

  it("are shown a page at a time, each delivery as text and cut where it is long", async () => {
    const message = { title: "<script>alert(1)</script>", body: "x".repeat(50_000) };
    const item = { id: "d1", source_id: null, error: "no", failed_at: "2026-11-20T12:00:00.000Z" };
    const { calls, context } = fakeApi({
      ...answers,
      [`GET ${LETTERS}`]: { items: [{ ...item, message }], next_cursor: "n" },
    });
    const request = visit("/p/p1/sources?cursor=c1");
    const { letters, nextLetters } = await loader({
      request,
      context,
      params: { projectId: "p1" },
    });
    expect(calls.map((call) => call.path)).toContain(`${LETTERS}?cursor=c1&limit=20`);
    expect(nextLetters).toBe("n");
    expect(letters[0]).toMatchObject({ ...item, cut: true });
    expect(letters[0]!.text).toHaveLength(20_000);
    expect(letters[0]!.text).toContain('"title": "<script>alert(1)</script>"');
  });

  it("are tried again, and the page says which report came of it", async () => {
    const { calls, body } = await act(
      { intent: "letter-replay", letter: "d1" },
      { [`POST ${LETTERS}/d1/replay`]: { feedback_ids: ["f1", "f2"] } },
    );
    expect(calls).toHaveLength(1);
    expect(body).toMatchObject({ replayed: { feedbackId: "f1" } });
  });

  it("stay, with the reason, when they still cannot be stored", async () => {
    const { body, status } = await act(
      { intent: "letter-replay", letter: "d1" },
      { [`POST ${LETTERS}/d1/replay`]: problem(409, "conflict", "Delete it.") },
    );
    expect(status).toBe(409);
    expect(body).toMatchObject({ problem: { detail: "Delete it." } });
  });

  it("are deleted", async () => {
    const { calls, status } = await act(
      { intent: "letter-remove", letter: "d1" },
      { [`DELETE ${LETTERS}/d1`]: new Response(null, { status: 204 }) },
    );
    expect(calls[0]).toMatchObject({ method: "DELETE", path: `${LETTERS}/d1` });
    expect(status).toBe(200);
  });
});

describe("the import page", () => {
  const params = { projectId: "p1" };
  const request = visit("/p/p1/reports/import");

  it("knows the API's address from the sources, and does without where they may not be seen", async () => {
    const items = [{ webhook_url: "https://api.example/ingest/sentry/1" }];
    const seen = fakeApi({ [`GET ${API}`]: { items } });
    expect(await importLoader({ request, context: seen.context, params })).toEqual({
      api: "https://api.example",
    });
    const unseen = fakeApi({ [`GET ${API}`]: problem(403, "forbidden", "No.") });
    expect(await importLoader({ request, context: unseen.context, params })).toEqual({ api: null });
  });
});
