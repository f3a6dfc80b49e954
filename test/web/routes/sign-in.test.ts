import { describe, expect, it } from "vitest";
import { action as leave } from "../../../web/app/routes/sign-out";
import { loader } from "../../../web/app/routes/sign-in";
import { fakeApi, outcome, problem, submit, visit } from "../fake-api";

const SESSION = { session: "scs_new", expires_at: "2026-12-01T00:00:00.000Z" };

function open(request: Request, answer: Response | Record<string, unknown> = SESSION) {
  const { calls, context } = fakeApi({ "POST /sessions": answer });
  return { calls, result: loader({ request, context, params: {} }) };
}

describe("signing in", () => {
  it("trades the link for a cookie and goes to the remembered page", async () => {
    const cookie = "soulcaster_return=%2Fp%2F1%2Fruns";
    const { calls, result } = open(visit("/sign-in?token=scl_1", { headers: { cookie } }));
    const reply = (await result) as Response;
    expect(calls[0]?.json).toEqual({ token: "scl_1" });
    expect(reply.headers.get("location")).toBe("/p/1/runs");
    expect(reply.headers.getSetCookie()[0]).toMatch(/^soulcaster=scs_new; Path=\/; HttpOnly;/);
    expect(reply.headers.getSetCookie()[1]).toMatch(/^soulcaster_return=; .*Max-Age=0$/);
  });

  it("sends no cookie along, so that a stale session cannot stand in the way", async () => {
    const { calls, result } = open(visit("/sign-in?token=scl_1"));
    await result;
    expect(calls[0]?.headers.get("cookie")).toBeNull();
  });

  it("explains a link that is used up, without setting a cookie", async () => {
    const refusal = problem(
      401,
      "unauthenticated",
      "This sign-in link is unknown, used, or too old.",
    );
    const { body, status, location } = outcome(
      await open(visit("/sign-in?token=old"), refusal).result,
    );
    expect(status).toBe(401);
    expect(location).toBeNull();
    expect(body).toMatchObject({ problem: { detail: expect.stringContaining("too old") } });
  });

  it("does not use a link up for a HEAD request", async () => {
    const { calls, result } = open(visit("/sign-in?token=scl_1", { method: "HEAD" }));
    await result;
    expect(calls).toEqual([]);
  });

  it("refuses to hold a session on plain http beyond this machine", async () => {
    const { calls, result } = open(new Request("http://dash.example/sign-in?token=scl_1"));
    expect(outcome(await result).status).toBe(400);
    expect(calls).toEqual([]);
  });
});

describe("signing out", () => {
  it("ends the session in the API and in the browser", async () => {
    const { calls, context } = fakeApi({
      "POST /sessions/end": new Response(null, { status: 204 }),
    });
    const reply = await leave({ request: submit("/sign-out", {}), context, params: {} });
    expect(calls[0]?.json).toEqual({ session: "scs_session" });
    expect(reply.headers.get("set-cookie")).toMatch(/^soulcaster=; .*Max-Age=0$/);
    expect(reply.headers.get("location")).toBe("/sign-in");
  });
});
