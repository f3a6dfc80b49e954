import { GoogleGenAI } from "@google/genai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startModel, type ScriptInput } from ".";
import { vectorOf } from "./vectors";

const KEY = "sk-for-this-test";
const TOOLS = [{ type: "function", function: { name: "edit" } }];

let model: Awaited<ReturnType<typeof startModel>>;

beforeAll(async () => {
  model = await startModel({ apiKey: KEY });
});
beforeEach(() => model.standIn.reset());
afterAll(() => model.stop());

function ask(path: string, body: object, key = KEY): Promise<Response> {
  return fetch(`${model.url}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${key}`,
      "x-goog-api-key": key,
    },
    body: JSON.stringify(body),
  });
}

const chat = (more: object = {}) =>
  ask("/v1/chat/completions", {
    model: "m",
    messages: [{ role: "user", content: "Hi" }],
    tools: TOOLS,
    ...more,
  });

async function script(given: ScriptInput): Promise<void> {
  expect((await ask("/__world/script", given)).status).toBe(204);
}

const gemini = () => new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: model.url } });

describe("the played model, spoken to as OpenAI", () => {
  test("says its turns in order, with the usage that the script tells", async () => {
    await script({ turns: [{ text: "One." }, { text: "Two.", usage: { input: 7, output: 3 } }] });
    expect(await (await chat()).json()).toMatchObject({
      choices: [{ message: { content: "One." }, finish_reason: "stop" }],
    });
    expect(await (await chat()).json()).toMatchObject({
      choices: [{ message: { content: "Two." } }],
      usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    });
    expect((await chat()).status).toBe(400);
  });

  test("streams tool calls in pieces that together are their arguments", async () => {
    const args = { filePath: "/a.js", newString: "Grüße\n" };
    await script({ turns: [{ text: "So.", tools: [{ name: "edit", arguments: args }] }] });
    const stream = await chat({ stream: true, stream_options: { include_usage: true } });
    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    const text = await stream.text();
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    const chunks = eventsOf(text.replace("data: [DONE]\n\n", "")) as Chunk[];
    const deltas = chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta));
    const calls = deltas.flatMap((delta) => delta.tool_calls ?? []);
    expect(calls.length).toBeGreaterThan(1);
    expect(calls[0]).toMatchObject({ index: 0, type: "function", function: { name: "edit" } });
    expect(JSON.parse(calls.map((one) => one.function.arguments).join(""))).toEqual(args);
    expect(deltas.map((delta) => delta.content ?? "").join("")).toBe("So.");
    expect(chunks.at(-2)!.choices[0]!.finish_reason).toBe("tool_calls");
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: expect.any(Number) },
    });
  });

  test("tells the usage of a stream only where it is asked for", async () => {
    await script({ turns: [{ text: "So." }] });
    expect(await (await chat({ stream: true })).text()).not.toContain("usage");
  });

  test("takes a request without tools for one that wants a title", async () => {
    await script({ turns: [{ text: "Not this." }], title: "Orders crash" });
    expect(await (await chat({ tools: undefined })).text()).toContain('"content":"Orders crash"');
  });

  test("refuses a wrong key, and a body that is no chat", async () => {
    const body = { model: "m", messages: [{ role: "user", content: "Hi" }] };
    expect((await ask("/v1/chat/completions", body, "sk-other")).status).toBe(401);
    expect((await chat({ messages: [] })).status).toBe(400);
    expect((await ask("/__world/script", { turn: [] })).status).toBe(400);
  });

  test("breaks a stream off where the script says so", async () => {
    await script({ turns: [{ text: "A long answer.", cut: true }] });
    await expect(chat({ stream: true }).then((response) => response.text())).rejects.toThrow();
  });

  test("keeps what it was told, until it is reset", async () => {
    await script({ turns: [{ text: "One." }] });
    await chat();
    const bodies = async () => (await fetch(`${model.url}/__world/bodies`)).json();
    expect(await bodies()).toEqual([
      { path: "/v1/chat/completions", body: expect.stringContaining('"content":"Hi"') },
    ]);
    await model.standIn.reset();
    expect(await bodies()).toEqual([]);
  });
});

describe("the played model, spoken to by Google's own SDK", () => {
  const request = {
    model: "gemini-2.5-pro",
    contents: "Hi",
    config: { tools: [{ functionDeclarations: [{ name: "edit" }] }] },
  };
  const turn = {
    text: "So.",
    tools: [{ name: "edit", arguments: { filePath: "/a.js" } }],
    usage: { input: 9, output: 4 },
  };

  test("answers at once", async () => {
    await script({ turns: [turn] });
    const answer = await gemini().models.generateContent(request);
    expect(answer.functionCalls).toEqual([{ name: "edit", args: { filePath: "/a.js" } }]);
    expect(answer.usageMetadata).toMatchObject({ promptTokenCount: 9, candidatesTokenCount: 4 });
  });

  test("answers as a stream", async () => {
    await script({ turns: [turn] });
    const parts = [];
    for await (const part of await gemini().models.generateContentStream(request)) parts.push(part);
    expect(parts.flatMap((part) => part.functionCalls ?? [])).toHaveLength(1);
    expect(parts.at(-1)!.usageMetadata).toMatchObject({ totalTokenCount: 13 });
  });

  test("answers plain requests, such as those for a plan, from a list of their own", async () => {
    await script({ turns: [turn], plain: [{ text: '{"summary":"S"}' }] });
    const answer = await gemini().models.generateContent({ model: "m", contents: "Plan" });
    expect(answer.text).toBe('{"summary":"S"}');
  });

  test("embeds texts in order, in the size that is asked for", async () => {
    const texts = ["The cart crashes", "Mail is late"];
    const answer = await gemini().models.embedContent({
      model: "gemini-embedding-001",
      contents: texts.map((text) => ({ parts: [{ text }] })),
      config: { outputDimensionality: 768 },
    });
    expect(answer.embeddings!.map((one) => one.values)).toEqual(
      texts.map((text) => vectorOf(text, 768)),
    );
  });

  test("refuses more than 100 texts, and a wrong key, as Google does", async () => {
    const contents = Array.from({ length: 101 }, () => ({ parts: [{ text: "x" }] }));
    const many = gemini().models.embedContent({ model: "gemini-embedding-001", contents });
    await expect(many).rejects.toThrow(/at most 100 requests/);
    const other = new GoogleGenAI({ apiKey: "other", httpOptions: { baseUrl: model.url } });
    await expect(other.models.generateContent(request)).rejects.toMatchObject({ status: 401 });
  });
});

describe("the vector of a text", () => {
  const near = (a: string, b: string) => {
    const [x, y] = [vectorOf(a, 768), vectorOf(b, 768)];
    const dot = x.reduce((sum, value, at) => sum + value * y[at]!, 0);
    return dot / (Math.hypot(...x) * Math.hypot(...y));
  };

  test("is nearer to a text with the same words than to another", () => {
    const report = "The checkout crashes when the shipping address is missing";
    const same = "Checkout crash: shipping address missing";
    expect(near(report, same)).toBeGreaterThan(0.5);
    expect(near(report, "Invoices show prices in the wrong currency")).toBeLessThan(0.25);
    expect(near(report, report)).toBeCloseTo(1);
  });

  test("is never of unit length, and never empty, whatever the text", () => {
    for (const text of ["", "!!!", "x", "Łódź 東京 🙂"]) {
      expect(Math.hypot(...vectorOf(text, 768))).toBeCloseTo(0.7);
    }
  });
});

type Chunk = {
  choices: {
    delta: { content?: string; tool_calls?: { index: number; function: { arguments: string } }[] };
    finish_reason: string | null;
  }[];
};

function eventsOf(text: string): unknown[] {
  return text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => JSON.parse(event.replace(/^data: /, "")));
}
