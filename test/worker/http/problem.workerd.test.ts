import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import worker from "../../../worker/index";
import { call, makeProject } from "../../builders/api";

describe("problems over HTTP", () => {
  it("name the path of each fault", async () => {
    const { token } = await makeProject();
    const { status, json, headers } = await call("POST", "/projects/~/tokens", {
      token,
      body: { name: "", role: "king" },
    });
    expect(status).toBe(400);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(json).toMatchObject({
      code: "invalid_input",
      errors: [{ path: "name" }, { path: "role" }],
    });
  });

  it("tell a body that is no JSON from one of the wrong type and from one that is too large", async () => {
    const { token } = await makeProject();
    const bad = await call("POST", "/projects/~/tokens", { token, body: "{no" });
    expect(bad).toMatchObject({ status: 400, json: { code: "malformed_body" } });
    const type = await call("POST", "/projects/~/tokens", {
      token,
      body: "name=x",
      headers: { "content-type": "text/plain" },
    });
    expect(type).toMatchObject({ status: 415, json: { code: "unsupported_media_type" } });
    const large = await call("POST", "/projects/~/tokens", {
      token,
      body: { name: "x".repeat(300_000) },
    });
    expect(large).toMatchObject({ status: 413, json: { code: "body_too_large" } });
  });

  it("answer an unknown route with 404 and a cursor of somebody else with 400", async () => {
    const { token } = await makeProject();
    expect(await call("GET", "/nothing-here", { token })).toMatchObject({ status: 404 });
    for (const cursor of ["garbage", "%00", btoa("1.x"), "🦊"]) {
      const answer = await call("GET", `/clusters?cursor=${encodeURIComponent(cursor)}`, { token });
      expect(answer, cursor).toMatchObject({ status: 400, json: { code: "invalid_input" } });
    }
  });

  it("never say which setting is wrong: the log does, whichever door was taken", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    for (const wrong of [
      { CLUSTERING_SIM_THRESHOLD: "7" },
      { CLUSTERING_EMBEDDER: "gemini", GEMINI_API_KEY: "" },
    ]) {
      const bindings = { ...env, ...wrong };
      const [name] = Object.keys(wrong);
      logged.mockClear();
      const answer = await call("GET", "/health", { bindings: wrong });
      expect(answer).toMatchObject({ status: 500, json: { code: "misconfigured" } });
      expect(answer.text).not.toContain(name);
      expect(logged.mock.calls.join()).toContain(`Setting ${name}`);
      for (const enter of [
        () => worker.scheduled({ cron: "* * * * *" } as ScheduledController, bindings as never),
        () => worker.queue({ messages: [] } as never, bindings as never),
        () => worker.email({} as ForwardableEmailMessage, bindings as never),
      ]) {
        logged.mockClear();
        await expect((async () => enter())()).rejects.toMatchObject({ code: "misconfigured" });
        expect(logged.mock.calls.join()).toContain(`Setting ${name}`);
      }
    }
    logged.mockRestore();
  });

  it("give the same answer to a repeated Idempotency-Key, and refuse it for another request", async () => {
    const { token } = await makeProject();
    const first = await call("POST", "/feedback", {
      token,
      body: { body: "The export is empty" },
      headers: { "idempotency-key": "abc" },
    });
    const again = await call("POST", "/feedback", {
      token,
      body: { body: "The export is empty" },
      headers: { "idempotency-key": "abc" },
    });
    expect(again.status).toBe(first.status);
    expect(again.text).toBe(first.text);
    expect(again.headers.get("idempotent-replay")).toBe("true");
    const other = await call("POST", "/feedback", {
      token,
      body: { body: "Another text" },
      headers: { "idempotency-key": "abc" },
    });
    expect(other).toMatchObject({ status: 409, json: { code: "idempotency_conflict" } });
  });
});
