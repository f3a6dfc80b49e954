import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ForeignError } from "../../../worker/kit/foreign-error";
import { fetchForeign, secondsToWait } from "../../../worker/kit/foreign-fetch";

type Answer = { status: number; headers?: Record<string, string>; body?: string; hang?: boolean };
let answer: Answer = { status: 200 };
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(answer.status, answer.headers);
    if (answer.hang) response.write("[");
    else response.end(answer.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(given: Answer, over: object = {}) {
  answer = given;
  return fetchForeign({ service: "It", url, ...over });
}

async function failure(given: Answer, over: object = {}): Promise<Partial<ForeignError>> {
  return ask(given, over).then(
    () => ({}),
    (error: unknown) => error as ForeignError,
  );
}

describe("a question to an outside service", () => {
  it("answers JSON, and a 304 without any", async () => {
    expect((await ask({ status: 200, body: "[1]" })).json).toEqual([1]);
    expect(await ask({ status: 304 })).toMatchObject({ status: 304, json: null });
  });

  it.each([
    [{ status: 401 }, "unauthorized"],
    [{ status: 403 }, "unauthorized"],
    [{ status: 403, headers: { "x-ratelimit-remaining": "0" } }, "rate_limited"],
    [{ status: 403, headers: { "retry-after": "5" } }, "rate_limited"],
    [{ status: 404 }, "not_found"],
    [{ status: 302, headers: { location: "http://169.254.169.254/" } }, "not_found"],
    [{ status: 422 }, "invalid_reply"],
    [{ status: 429 }, "rate_limited"],
    [{ status: 500 }, "unavailable"],
    [{ status: 200, body: "<html>" }, "invalid_reply"],
  ])("turns %j into %s", async (given, kind) => {
    expect((await failure(given)).kind).toBe(kind);
  });

  it("ends what takes too long, is too large, or nobody answers", async () => {
    expect((await failure({ status: 200, hang: true }, { timeoutMs: 50 })).kind).toBe(
      "unavailable",
    );
    const large = await failure({ status: 200, body: `"${"x".repeat(100)}"` }, { limit: 50 });
    expect(large.kind).toBe("invalid_reply");
    expect((await failure({ status: 200 }, { url: "http://127.0.0.1:9" })).kind).toBe(
      "unavailable",
    );
  });

  it("reads how long to wait from spans, dates and moments", () => {
    const wait = (headers: Record<string, string>) => secondsToWait(new Headers(headers));
    expect(wait({ "retry-after": "30" })).toBe(30);
    expect(wait({ "retry-after": new Date(Date.now() + 60_000).toUTCString() })).toBeGreaterThan(
      57,
    );
    expect(wait({ "x-ratelimit-reset": "412" })).toBe(412);
    expect(
      wait({ "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + 90) }),
    ).toBeGreaterThan(87);
    expect(wait({ "x-ratelimit-reset": "0" })).toBe(1);
    expect(wait({ "retry-after": "soon" })).toBeUndefined();
    expect(wait({})).toBeUndefined();
  });
});
