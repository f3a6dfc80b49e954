import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env as bound } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../../worker/domain/ids";
import type { Env } from "../../../worker/env";
import worker from "../../../worker/index";
import { subjectToken } from "../../../worker/kit/secrets";
import { openDb, runBatch } from "../../../worker/store/db";
import { insertRun, moveRun } from "../../../worker/store/runs";
import { call, makeProject, signInAs, type TestProject } from "../../builders/api";
import type { RecordedBody, ScriptInput } from "../../world/model";
import type { Fault, RecordedRequest } from "../../world/stand-in";

const env = bound as unknown as Env;
const { model, modelKey } = bound.WORLD;
const CHAT = "/gateway/v1/chat/completions";
const GENERATE = "/gateway/v1beta/models/any-model:generateContent";
const STREAM = "/gateway/v1beta/models/any-model:streamGenerateContent";
/** The installation speaks to Gemini instead: the played model answers both. */
const GEMINI = {
  MODEL_BASE_URL: "",
  MODEL_API_KEY: "",
  GEMINI_API_KEY: modelKey,
  GEMINI_BASE_URL: model,
};
/** Default prices of `worker/env.ts`, in micro dollars for a token. */
const INPUT = 1.25;
const OUTPUT = 10;
const MOST_OUTPUT = 8_192;
/** How often a busy service is asked. */
const TRIES = 4;

type Live = { project: TestProject; runId: string; token: string };

let live: Live;

beforeEach(async () => {
  await post("reset");
  live = await startRun();
});

describe("who gets through the gateway", () => {
  it("is a live run with its own token, in either header", async () => {
    const either: Record<string, string>[] = [
      { authorization: `Bearer ${live.token}` },
      { "x-goog-api-key": live.token },
    ];
    for (const headers of either) {
      await script({ turns: [{ text: "Hello." }] });
      const response = await send(CHAT, chat(), { headers });
      expect(response.status).toBe(200);
    }
  });

  it("is nobody without a token, or with one that is not quite the run's", async () => {
    const forged = `${live.token.slice(0, -1)}${live.token.endsWith("A") ? "B" : "A"}`;
    const others = await subjectToken("another-sealing-key-of-32-characters!", "scr_", live.runId);
    const nobodys = await subjectToken(sealingKey(), "scr_", newId());
    for (const token of ["", "scr_", forged, others, nobodys, modelKey]) {
      for (const path of [CHAT, GENERATE]) {
        const response = await send(path, chat(), {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(response.status, `${path} ${token}`).toBe(401);
      }
    }
    expect(await seen()).toEqual([]);
  });

  it("is neither a person nor an API token", async () => {
    const person = await signInAs(live.project.projectId, "admin");
    for (const headers of [{ authorization: `Bearer ${live.project.token}` }, person]) {
      expect((await send(CHAT, chat(), { headers })).status).toBe(403);
    }
    expect(await seen()).toEqual([]);
  });

  it("is not a run that has ended", async () => {
    const db = openDb(env.DB);
    const end = { updatedAt: Date.now(), finishedAt: Date.now() };
    await runBatch(db, [moveRun(db, live.project.projectId, live.runId, "cancelled", end)]);
    expect((await ask(CHAT, chat())).status).toBe(401);
    expect(await seen()).toEqual([]);
  });
});

describe("what reaches the model's service", () => {
  it("has the real key in place of the run's token, and nothing else of the request's head", async () => {
    await script({ turns: [{ text: "Hello." }] });
    await send(CHAT, chat(), {
      headers: { authorization: `Bearer ${live.token}`, cookie: "a=b", "x-mine": "1" },
    });
    await script({ turns: [{ text: "Hello." }] });
    await send(GENERATE, generate(), { headers: { "x-goog-api-key": live.token } }, GEMINI);
    const [first, second] = await seen();
    expect(first!.headers).toMatchObject({ authorization: `Bearer ${modelKey}` });
    expect(second!.headers).toMatchObject({ "x-goog-api-key": modelKey });
    const heads = JSON.stringify([first!.headers, second!.headers]);
    expect(heads).not.toContain(live.token);
    expect(heads).not.toMatch(/cookie|x-mine/);
  });

  it("names the configured model and bounds the answer, whatever the agent asked for", async () => {
    for (const [asked, sent] of [
      [{}, MOST_OUTPUT],
      [{ max_tokens: 100 }, 100],
      [{ max_tokens: 1_000_000 }, MOST_OUTPUT],
      [{ max_completion_tokens: 1_000_000, max_tokens: 5 }, MOST_OUTPUT],
      [{ max_tokens: -5 }, 1],
      [{ n: 8, model: "the-dearest", best_of: 20, service_tier: "priority" }, MOST_OUTPUT],
    ] as const) {
      await script({ turns: [{ text: "Hello." }] });
      expect((await ask(CHAT, { ...chat(), ...asked })).status).toBe(200);
      const body = await lastBody();
      expect(body).toMatchObject({ model: "scripted-1", max_tokens: sent, n: 1 });
      expect(Object.keys(body)).not.toEqual(expect.arrayContaining(["service_tier"]));
      expect(body).not.toHaveProperty("max_completion_tokens");
      expect(body).not.toHaveProperty("best_of");
    }
  });

  it("bounds Gemini's answer too, and takes the model from the settings, not from the address", async () => {
    await script({ turns: [{ text: "Hello." }] });
    const config = { maxOutputTokens: 1_000_000, candidateCount: 8, max_output_tokens: 99_999 };
    const body = { ...generate(), generationConfig: config };
    expect((await ask(GENERATE, body, GEMINI)).status).toBe(200);
    expect((await lastBody())["generationConfig"]).toEqual({
      maxOutputTokens: MOST_OUTPUT,
      candidateCount: 1,
    });
    expect((await seen()).at(-1)!.path).toBe("/v1beta/models/scripted-1:generateContent");
  });

  it("cannot ask the service to search the web or to fetch an address", async () => {
    const picture = { type: "image_url", image_url: { url: "http://198.51.100.7/?stolen" } };
    const message = { role: "user", content: [picture] };
    const search = { type: "web_search_preview" };
    expect((await ask(CHAT, { ...chat(), messages: [message] })).status).toBe(400);
    expect((await ask(CHAT, { ...chat(), tools: [search] })).status).toBe(400);
    expect(await seen()).toEqual([]);

    await script({ turns: [{ text: "Hello." }] });
    await ask(CHAT, { ...chat(), web_search_options: {} });
    expect(await lastBody()).not.toHaveProperty("web_search_options");

    await script({ turns: [{ text: "Hello." }] });
    const file = { fileData: { fileUri: "http://198.51.100.7/?stolen" } };
    const tools = [{ googleSearch: {}, urlContext: {}, functionDeclarations: [{ name: "read" }] }];
    const contents = [{ role: "user", parts: [{ text: "Hi" }, file] }];
    await ask(GENERATE, { contents, tools, cachedContent: "cachedContents/1" }, GEMINI);
    const sent = JSON.stringify(await lastBody());
    expect(sent).toContain('"functionDeclarations":[{"name":"read"}]');
    expect(sent).not.toMatch(/googleSearch|urlContext|fileData|cachedContent/);
  });
});

describe("money", () => {
  const usage = { input: 1_000, output: 200 };
  const price = Math.ceil(usage.input * INPUT + usage.output * OUTPUT);

  it.each([
    ["an OpenAI answer", CHAT, chat(), {}],
    ["an OpenAI stream", CHAT, { ...chat(), stream: true }, {}],
    ["a Gemini answer", GENERATE, generate(), GEMINI],
    ["a Gemini stream", STREAM, generate(), GEMINI],
  ])(
    "is settled from the usage that %s tells, on the run and on the day",
    async (_, path, body, own) => {
      await script({ turns: [{ text: "Hello, this is the answer.", usage }] });
      const response = await ask(path, body, own);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("Hello, this i");
      await expect.poll(spentByRun).toBe(price);
      expect(await spentToday()).toBe(price);
    },
  );

  it.each([
    ["an OpenAI stream", CHAT, { ...chat(), stream: true }, {}],
    ["a Gemini stream", STREAM, generate(), GEMINI],
  ])("stays at the reserved price when %s breaks off", async (_, path, body, own) => {
    await script({ turns: [{ text: "Hello, this is the answer.", usage, cut: true }] });
    const response = await ask(path, body, own);
    await expect(response.text()).rejects.toThrow();
    const reserved = await reservedFor();
    expect(reserved).toBeGreaterThan(MOST_OUTPUT * OUTPUT);
    expect(await spentByRun()).toBe(reserved);
    expect(await spentToday()).toBe(reserved);
  });

  it("stays at the reserved price when the answer tells no usage", async () => {
    await script({ turns: [{ text: "Hello.", usage: null }] });
    await (await ask(CHAT, chat())).text();
    expect(await spentByRun()).toBe(await reservedFor());
  });

  it("is given back when the service refuses or does not answer", async () => {
    await fault({ match: "chat", kind: "status", status: 500, times: TRIES });
    expect((await ask(CHAT, chat())).status).toBe(500);
    await fault({ match: "chat", kind: "cut", times: TRIES });
    expect((await ask(CHAT, chat())).status).toBe(502);
    expect(await spentByRun()).toBe(0);
    expect(await spentToday()).toBe(0);
  });

  it("is refused with 402 beyond the run's cap, before the service is asked", async () => {
    // One answer of 8,192 tokens would cost 8.19 dollars; the cap is 5.
    const response = await ask(CHAT, chat(), { MODEL_OUTPUT_USD_PER_MTOK: "1000" });
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({ code: "budget_exceeded" });
    expect(await seen()).toEqual([]);
    expect(await spentByRun()).toBe(0);
    expect(await spentToday()).toBe(0);
  });

  it("is refused with 402 beyond the project's day, and the run pays nothing for that", async () => {
    const before = 20_000_000 - MOST_OUTPUT * OUTPUT;
    expect(await projectObject().reserve(before)).toMatchObject({ granted: true });
    expect((await ask(CHAT, chat())).status).toBe(402);
    expect(await seen()).toEqual([]);
    expect(await spentByRun()).toBe(0);
    expect(await spentToday()).toBe(before);
  });

  it("of calls at the same time never passes the cap", async () => {
    // Each reserves about 2.05 dollars of 5, and stays there.
    const cut = { text: "Hello, this is the answer.", cut: true };
    await script({ turns: [cut, cut, cut, cut] });
    const own = { MODEL_OUTPUT_USD_PER_MTOK: "250" };
    const answers = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const response = await ask(CHAT, { ...chat(), stream: true }, own);
        await response.text().catch(() => "");
        return response.status;
      }),
    );
    expect(answers.sort()).toEqual([200, 200, 402, 402]);
    expect(await spentByRun()).toBeLessThanOrEqual(5_000_000);
  });
});

describe("what the agent hears of the service's troubles", () => {
  it("is a 429 with its Retry-After", async () => {
    await fault({ match: "chat", kind: "status", status: 429, retryAfterSeconds: 170 });
    const response = await ask(CHAT, chat());
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("170");
    expect(await seen()).toHaveLength(1);
  });

  it("is nothing, where the service answers after the short time that it names", async () => {
    await fault({
      match: "models",
      kind: "status",
      status: 429,
      body: googleLimit("PerMinute", 1),
    });
    await script({ turns: [{ text: "Hello." }] });
    const began = Date.now();
    expect((await ask(GENERATE, generate(), GEMINI)).status).toBe(200);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(await seen()).toHaveLength(2);
    expect(await halted()).toBeNull();
  });

  it("is a 402 when the quota of the day is used up, and the run knows why", async () => {
    await fault({ match: "models", kind: "status", status: 429, body: googleLimit("PerDay", 37) });
    const response = await ask(GENERATE, generate(), GEMINI);
    expect(response.status).toBe(402);
    expect(await response.text()).toContain("no calls left for today");
    expect(await seen()).toHaveLength(1);
    expect(await halted()).toBe("quota");
    expect(await spentByRun()).toBe(0);
  });

  it.each([401, 403, 302])(
    "is 502 without details when the gateway itself gets a %i",
    async (status) => {
      await fault({ match: "chat", kind: "status", status });
      const response = await ask(CHAT, chat());
      expect(response.status).toBe(502);
      const text = await response.text();
      expect(text).not.toMatch(/injected|sk-|key/i);
      expect(text).not.toContain(String(status));
    },
  );

  it("never has the real key in it, also when the service repeats it", async () => {
    const wrong = "sk-wrong-key-of-this-installation";
    const response = await ask(CHAT, chat(), { MODEL_API_KEY: wrong });
    expect(response.status).toBe(502);
    expect(await response.text()).not.toContain(wrong);
  });
});

describe("the fallback", () => {
  const down: Fault = { match: "/v1/chat", kind: "status", status: 503, times: TRIES };
  const FALLBACK = {
    MODEL_FALLBACK_BASE_URL: `${model}/v1`,
    MODEL_FALLBACK_API_KEY: modelKey,
    MODEL_FALLBACK_NAME: "stand-in-1",
    MODEL_FALLBACK_INPUT_USD_PER_MTOK: "1",
    MODEL_FALLBACK_OUTPUT_USD_PER_MTOK: "2",
  };
  const answer = { text: "Hello.", usage: { input: 100, output: 10 } };
  const later = {
    ...chat(),
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hello." },
      { role: "user", content: "Go on" },
    ],
  };

  it("takes over where a conversation begins, at its own price, and keeps it to its end", async () => {
    await fault(down);
    await script({ turns: [answer, answer] });
    for (const body of [chat(), later]) {
      expect(await (await ask(CHAT, body, FALLBACK)).text()).toContain("Hello.");
    }
    expect(await seen()).toHaveLength(TRIES + 2);
    expect((await bodies()).map(({ body }) => JSON.parse(body).model)).toEqual([
      "stand-in-1",
      "stand-in-1",
    ]);
    await expect.poll(spentByRun).toBe(2 * (100 + 2 * 10));
    expect((await ledger()).map(({ model, outcome }) => `${model} ${outcome}`).sort()).toEqual([
      "scripted-1 refused",
      "stand-in-1 settled",
      "stand-in-1 settled",
    ]);
  });

  it("never takes over in the middle of a conversation, nor for a wrong key", async () => {
    await fault(down);
    expect((await ask(CHAT, later, FALLBACK)).status).toBe(503);
    await fault({ ...down, status: 401 });
    expect((await ask(CHAT, chat(), FALLBACK)).status).toBe(502);
    expect(await bodies()).toEqual([]);
  });

  it("takes over when the quota of the day is used up, and the run is not held up", async () => {
    const body = { error: { code: "insufficient_quota" } };
    await fault({ match: "/v1/chat", kind: "status", status: 429, body });
    await script({ turns: [answer] });
    expect((await ask(CHAT, chat(), FALLBACK)).status).toBe(200);
    expect(await halted()).toBeNull();
  });
});

describe("the ledger", () => {
  const usage = { input: 1_000, output: 200 };

  it("has a row for each call, with the model, its tokens, the money and the price it was counted by", async () => {
    await script({
      turns: [
        { text: "One.", usage },
        { text: "Two.", usage, cut: true },
      ],
    });
    await (await ask(CHAT, chat())).text();
    await (await ask(CHAT, { ...chat(), stream: true })).text().catch(() => "");
    await fault({ match: "chat", kind: "status", status: 400 });
    await ask(CHAT, chat());
    await expect.poll(async () => (await ledger()).filter(isSettled)).toHaveLength(1);
    const rows = await ledger();
    expect(rows).toHaveLength(3);
    const shared = { run_id: live.runId, task: "code", model: "scripted-1", price: "1.25/10" };
    expect(rows.find(isSettled)).toMatchObject({
      ...shared,
      input_tokens: 1_000,
      output_tokens: 200,
      micro_usd: 3_250,
    });
    const reserved = rows.find((row) => row.outcome === "reserved");
    expect(reserved).toMatchObject({ ...shared, output_tokens: MOST_OUTPUT });
    expect(rows.find((row) => row.outcome === "refused")).toMatchObject({ micro_usd: 0 });
    const sum = rows.reduce((total, row) => total + row.micro_usd, 0);
    expect(await spentByRun()).toBe(sum);
    expect(await spentToday()).toBe(sum);
  });

  it("uses the model and the prices that the project names", async () => {
    const code = { name: "own/model-2", input_usd_per_mtok: 2, output_usd_per_mtok: 4 };
    const { projectId, token } = live.project;
    const body = { settings: { models: { code } } };
    const changed = await call("PATCH", `/projects/${projectId}`, { token, body });
    expect(changed.status, changed.text).toBe(200);
    await script({ turns: [{ text: "One.", usage }] });
    await (await ask(CHAT, chat())).text();
    expect(await lastBody()).toMatchObject({ model: "own/model-2" });
    await expect.poll(spentByRun).toBe(2 * 1_000 + 4 * 200);
    expect(await ledger()).toMatchObject([{ model: "own/model-2", price: "2/4" }]);
  });

  it("is read by pages, of the project or of one run, and sums up what a run cost", async () => {
    await script({
      turns: [
        { text: "One.", usage },
        { text: "Two.", usage },
      ],
    });
    for (const _ of [1, 2]) await (await ask(CHAT, chat())).text();
    await expect.poll(async () => (await ledger()).filter(isSettled)).toHaveLength(2);
    const first = await readLedger("?limit=1");
    expect(first.items).toHaveLength(1);
    const second = await readLedger(`?limit=1&cursor=${first.next_cursor}`);
    expect(second.next_cursor).toBeNull();
    expect([...first.items, ...second.items]).toEqual(await ledger());
    expect((await readLedger(`?run_id=${newId()}`)).items).toEqual([]);
    const path = `/projects/${live.project.projectId}/jobs/${live.runId}/costs`;
    const { json } = await call("GET", path, { token: live.project.token });
    expect(json).toEqual({
      by_model: [
        {
          task: "code",
          model: "scripted-1",
          calls: 2,
          input_tokens: 2_000,
          output_tokens: 400,
          micro_usd: 6_500,
        },
      ],
      micro_usd: 6_500,
    });
    const stranger = await makeProject("stranger@example.com");
    expect((await call("GET", path, { token: stranger.token })).status).toBe(404);
  });
});

describe("a bad request", () => {
  it("over 8 MiB is refused with 413", async () => {
    const big = { ...chat(), messages: [{ role: "user", content: "x".repeat(8 * 1024 * 1024) }] };
    expect((await ask(CHAT, big)).status).toBe(413);
    expect(await seen()).toEqual([]);
  });

  it("that is no JSON, or no chat, is refused with 400", async () => {
    for (const body of ["{", "[]", '"hi"', "{}", '{"messages":[]}', '{"messages":"hi"}']) {
      expect((await ask(CHAT, body)).status, body).toBe(400);
      expect((await ask(GENERATE, body, GEMINI)).status, body).toBe(400);
    }
    expect(await seen()).toEqual([]);
  });

  it("for another method of Gemini's, or another path, is refused with 404", async () => {
    for (const path of [
      "/gateway/v1beta/models/m:batchEmbedContents",
      "/gateway/v1beta/models/m:countTokens",
      "/gateway/v1beta/models/m",
      "/gateway/v1beta/cachedContents",
      "/gateway/v1/embeddings",
      "/gateway/v1/files",
    ]) {
      expect((await ask(path, generate(), GEMINI)).status, path).toBe(404);
    }
    expect(await seen()).toEqual([]);
  });

  it("for a wire that is not set up says which setting is missing", async () => {
    const response = await ask(GENERATE, generate());
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("GEMINI_API_KEY");
  });
});

function chat(): Record<string, unknown> {
  const tool = { type: "function", function: { name: "read", parameters: { type: "object" } } };
  return { model: "m", messages: [{ role: "user", content: "Hi" }], tools: [tool] };
}

function generate(): Record<string, unknown> {
  const tools = [{ functionDeclarations: [{ name: "read" }] }];
  return { contents: [{ role: "user", parts: [{ text: "Hi" }] }], tools };
}

/** A run that is at work, and no Workflow that would end it. */
async function startRun(): Promise<Live> {
  const project = await makeProject();
  const now = Date.now();
  const runId = newId();
  const db = openDb(env.DB);
  await runBatch(db, [
    insertRun(db, {
      id: runId,
      projectId: project.projectId,
      clusterId: newId(),
      planId: newId(),
      runner: "sandbox_kilo",
      status: "running",
      attempt: 1,
      startedBy: "a test",
      branch: "soulcaster/a-test",
      heartbeatAt: now,
      createdAt: now,
      updatedAt: now,
    }),
  ]);
  return { project, runId, token: await subjectToken(sealingKey(), "scr_", runId) };
}

/** A call with the run's token. `own` are settings of this installation that differ. */
function ask(path: string, body: unknown, own: Record<string, string> = {}): Promise<Response> {
  return send(path, body, { headers: { authorization: `Bearer ${live.token}` } }, own);
}

async function send(
  path: string,
  body: unknown,
  { headers }: { headers: Record<string, string> },
  own: Record<string, string> = {},
): Promise<Response> {
  const context = createExecutionContext();
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = new Request(`http://api.test${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: text,
  });
  const response = await worker.fetch(
    request as Parameters<typeof worker.fetch>[0],
    { ...env, ...own },
    context,
  );
  await waitOnExecutionContext(context);
  return response;
}

type LedgerRow = {
  run_id: string | null;
  model: string;
  outcome: string;
  micro_usd: number;
};

function isSettled(row: LedgerRow): boolean {
  return row.outcome === "settled";
}

async function readLedger(query = ""): Promise<{ items: LedgerRow[]; next_cursor: string | null }> {
  const { projectId, token } = live.project;
  const { json, status, text } = await call("GET", `/projects/${projectId}/model_calls${query}`, {
    token,
  });
  if (status !== 200) throw new Error(text);
  return json as never;
}

async function ledger(): Promise<LedgerRow[]> {
  return (await readLedger()).items;
}

/** A refusal as Google writes it: the quota's name and the time to wait. */
function googleLimit(quota: "PerDay" | "PerMinute", seconds: number): object {
  const quotaId = `GenerateRequests${quota}PerProjectPerModel`;
  return {
    error: {
      code: 429,
      status: "RESOURCE_EXHAUSTED",
      details: [
        { "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations: [{ quotaId }] },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` },
      ],
    },
  };
}

async function halted(): Promise<string | null> {
  return (await env.RUN.get(env.RUN.idFromName(live.runId)).use()).refused;
}

function sealingKey(): string {
  return env["SEALING_KEY"] as string;
}

function projectObject() {
  return env.PROJECT.get(env.PROJECT.idFromName(live.project.projectId));
}

async function spentByRun(): Promise<number> {
  return env.RUN.get(env.RUN.idFromName(live.runId)).spent();
}

async function spentToday(): Promise<number> {
  const refused = await projectObject().reserve(Number.MAX_SAFE_INTEGER);
  if (refused.granted) throw new Error("This should have been refused.");
  return refused.spentMicroUsd;
}

/** What the last call must have reserved: its bytes at three for a token, and the longest answer. */
async function reservedFor(): Promise<number> {
  const { body } = (await bodies()).at(-1)!;
  const input = Math.ceil(new TextEncoder().encode(body).byteLength / 3);
  return Math.ceil(input * INPUT + MOST_OUTPUT * OUTPUT);
}

async function seen(): Promise<RecordedRequest[]> {
  return (await fetch(`${model}/__world/requests`)).json();
}

async function bodies(): Promise<RecordedBody[]> {
  return (await fetch(`${model}/__world/bodies`)).json();
}

async function lastBody(): Promise<Record<string, unknown>> {
  return JSON.parse((await bodies()).at(-1)!.body) as Record<string, unknown>;
}

function script(given: ScriptInput): Promise<void> {
  return post("script", given);
}

function fault(given: Fault): Promise<void> {
  return post("faults", given);
}

async function post(what: string, body: unknown = {}): Promise<void> {
  const response = await fetch(`${model}/__world/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
}
