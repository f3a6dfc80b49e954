import { afterEach, describe, expect, test } from "vitest";
import { ForeignError } from "../../../../worker/kit/foreign-error";
import { createGeminiEmbedder } from "../../../../worker/triage/embedders/gemini";
import { embeddingText } from "../../../../worker/triage/embedders/embedding-text";
import { dot } from "../../../../worker/triage/vectors/dot";
import { googleError, startGemini, type GeminiReply, type GeminiRequest } from "../gemini-server";
import { paying } from "../paying";
import { crash, frame, report } from "../reports";

type Batch = {
  requests: {
    model: string;
    content: { parts: { text: string }[] };
    outputDimensionality: number;
  }[];
};

let stop = async (): Promise<void> => {};
afterEach(() => stop());

async function embedderFor(answer: (request: GeminiRequest) => GeminiReply | "cut", money = true) {
  const server = await startGemini(answer);
  stop = server.stop;
  const account = paying(money);
  const embedder = createGeminiEmbedder({
    apiKey: "k-1",
    baseUrl: server.url,
    model: "gemini-embedding-001",
    truncateBodyChars: 20,
    pay: account.pay,
  });
  return { embedder, requests: server.requests, paid: account.calls };
}

/** One vector per text, of length 5 instead of 1, that points where the text's length says. */
function vectors({ body }: GeminiRequest): GeminiReply {
  const { requests } = body as unknown as Batch;
  const embeddings = requests.map(({ content }) => {
    const values = Array.from({ length: 768 }, () => 0);
    values[content.parts[0]!.text.length % 768] = 5;
    return { values };
  });
  return { json: { embeddings } };
}

async function failure(
  answer: (request: GeminiRequest) => GeminiReply | "cut",
): Promise<ForeignError> {
  const { embedder } = await embedderFor(answer);
  const thrown = await embedder.embed([report({ title: "x" })]).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ForeignError);
  return thrown as ForeignError;
}

describe("the Gemini embedder", () => {
  test("sends each report as a content of its own, with key, model and dimensions, and normalises", async () => {
    const { embedder, requests } = await embedderFor(vectors);
    const [a, b] = await embedder.embed([
      report({ id: "a", title: "abc" }),
      report({ id: "b", title: "abcdef" }),
    ]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      path: "/v1beta/models/gemini-embedding-001:batchEmbedContents",
      key: "k-1",
    });
    const sent = (requests[0]!.body as unknown as Batch).requests;
    expect(sent.map(({ content }) => content.parts)).toEqual([
      [{ text: "abc" }],
      [{ text: "abcdef" }],
    ]);
    expect(sent[0]).toMatchObject({
      model: "models/gemini-embedding-001",
      outputDimensionality: 768,
    });
    expect([a!.id, b!.id]).toEqual(["a", "b"]);
    expect(a!.vector![3]).toBeCloseTo(1, 6);
    expect(dot(b!.vector!, b!.vector!)).toBeCloseTo(1, 6);
  });

  test("asks for at most a hundred at a time and keeps the order", async () => {
    const { embedder, requests } = await embedderFor(vectors);
    const inputs = Array.from({ length: 205 }, (_, i) =>
      report({ id: String(i), title: "x".repeat(i + 1) }),
    );
    const embeddings = await embedder.embed(inputs);
    expect(requests.map(({ body }) => (body as unknown as Batch).requests.length)).toEqual([
      100, 100, 5,
    ]);
    embeddings.forEach(({ id, vector }, i) => {
      expect(id).toBe(String(i));
      expect(vector![i + 1]).toBeCloseTo(1, 6);
    });
  });

  test("pays for each call at the most that it may read, or by what Google tells, and asks nothing without money", async () => {
    const long = report({ title: "x".repeat(90_000) });
    const { embedder, paid } = await embedderFor(vectors);
    await embedder.embed([report({ title: "abcdef" }), long]);
    expect(paid).toEqual([{ most: { input: 2 + 2_048, output: 0 }, used: null }]);
    const told = await embedderFor((request) => {
      const { embeddings } = vectors(request).json as { embeddings: object[] };
      const statistics = { tokenCount: 7, truncated: false };
      return { json: { embeddings: embeddings.map((one) => ({ ...one, statistics })) } };
    });
    await told.embedder.embed([report({ title: "a" }), report({ title: "b" })]);
    expect(told.paid[0]!.used).toEqual({ input: 14, output: 0 });
    const poor = await embedderFor(vectors, false);
    await expect(poor.embedder.embed([long])).rejects.toMatchObject({ code: "budget_exceeded" });
    expect(poor.requests).toHaveLength(0);
  });

  test("does not send what has no text", async () => {
    const { embedder, requests } = await embedderFor(vectors);
    const embeddings = await embedder.embed([report({ title: " " }), report({ title: "abc" })]);
    expect(embeddings[0]!.vector).toBeNull();
    expect(embeddings[1]!.vector).not.toBeNull();
    expect((requests[0]!.body as unknown as Batch).requests).toHaveLength(1);
    expect(await embedder.embed([])).toEqual([]);
    expect(requests).toHaveLength(1);
  });

  test("refuses another number of vectors than of texts", async () => {
    const one = await failure(() => ({ json: { embeddings: [] } }));
    expect(one.kind).toBe("invalid_reply");
    expect((await failure(() => ({ json: {} }))).kind).toBe("invalid_reply");
  });

  test("refuses vectors of another length, or without direction", async () => {
    const of = (values: unknown) => () => ({ json: { embeddings: [{ values }] } });
    expect((await failure(of([1, 2, 3]))).kind).toBe("invalid_reply");
    expect((await failure(of(Array.from({ length: 768 }, () => 0)))).kind).toBe("invalid_reply");
    expect((await failure(of(Array.from({ length: 768 }, () => "x")))).kind).toBe("invalid_reply");
  });

  test("says how long to wait when Google says it", async () => {
    const retry = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "37s" };
    const error = await failure(() => googleError(429, "RESOURCE_EXHAUSTED", [retry]));
    expect(error).toMatchObject({ kind: "rate_limited", retryAfterSeconds: 37 });
  });

  test("waits for hours when the quota of the day is spent", async () => {
    const quota = {
      "@type": "type.googleapis.com/google.rpc.QuotaFailure",
      violations: [{ quotaId: "EmbedContentRequestsPerDayPerProjectPerModel" }],
    };
    const retry = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "37s" };
    const error = await failure(() => googleError(429, "RESOURCE_EXHAUSTED", [quota, retry]));
    expect(error.retryAfterSeconds).toBeGreaterThan(3600);
  });

  test.each([
    [
      400,
      "INVALID_ARGUMENT",
      [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }],
      "unauthorized",
    ],
    [403, "PERMISSION_DENIED", [], "unauthorized"],
    [404, "NOT_FOUND", [], "not_found"],
    [400, "INVALID_ARGUMENT", [], "invalid_reply"],
    [503, "UNAVAILABLE", [], "unavailable"],
    [500, "INTERNAL", [], "unavailable"],
  ])("%i %s %o is %s", async (code, status, details, kind) => {
    const error = await failure(() => googleError(code, status, details));
    expect(error.kind).toBe(kind);
    expect(error.retryAfterSeconds).toBeUndefined();
    expect(error.message).not.toContain("k-1");
  });

  test("is unavailable when the connection breaks", async () => {
    expect((await failure(() => "cut")).kind).toBe("unavailable");
  });
});

describe("embeddingText", () => {
  test("has the title, the error with its nearest frames, and the body cut", () => {
    const input = report({
      title: "Checkout fails",
      body: "0123456789",
      crash: crash({
        type: "TypeError",
        message: "no price",
        frames: [frame({ file: "a.ts", function: "total" })],
      }),
    });
    expect(embeddingText(input, 4)).toBe("Checkout fails\nTypeError: no price\na.ts total\n0123");
    expect(embeddingText(report(), 100)).toBe("");
  });
});
