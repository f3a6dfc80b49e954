import { describe, expect, it } from "vitest";
import { attempt, connect, unwrap, unwrapOrNull } from "../../web/app/api.server";
import { fakeApi, problem, submit, thrownReply, visit } from "./fake-api";

function me(request: Request, answer: Response) {
  const { calls, context } = fakeApi({ "GET /me": answer });
  return { calls, ask: () => connect({ request, context }).projects.me.$get() };
}

const ANYBODY = Response.json({ kind: "user", name: "Ada", projects: [] });

describe("the door to the API", () => {
  it("sends the session and the Origin, and none of the browser's other cookies", async () => {
    const cookie = "soulcaster_theme=dark; soulcaster=scs_1; other=secret";
    const request = submit("/p/1", {});
    request.headers.set("cookie", cookie);
    const { calls, ask } = me(request, ANYBODY);
    await unwrap(ask());
    expect(calls[0]?.headers.get("cookie")).toBe("soulcaster=scs_1");
    expect(calls[0]?.headers.get("origin")).toBe("http://127.0.0.1:8788");
  });

  it("does not take the loopback cookie for a session on https", async () => {
    const request = new Request("https://dash.example/p/1", {
      headers: { cookie: "soulcaster=scs_planted; __Host-soulcaster=scs_real" },
    });
    const { calls, ask } = me(request, ANYBODY);
    await unwrap(ask());
    expect(calls[0]?.headers.get("cookie")).toBe("__Host-soulcaster=scs_real");
  });

  it("sends people without a session to sign in, and remembers the page they wanted", async () => {
    const request = visit("/p/1/clusters/2?run=3");
    const { ask } = me(request, problem(401, "unauthenticated", "Sign in."));
    const reply = await thrownReply(() => unwrap(ask()));
    expect(reply.headers.get("location")).toBe("/sign-in");
    const remembered = /soulcaster_return=([^;]+)/.exec(reply.headers.get("set-cookie") ?? "")?.[1];
    expect(decodeURIComponent(remembered ?? "")).toBe("/p/1/clusters/2?run=3");
  });

  it("does not remember a form's address, since nobody can go there", async () => {
    const { ask } = me(submit("/p/1", {}), problem(401, "unauthenticated", "Sign in."));
    const reply = await thrownReply(() => unwrap(ask()));
    expect(reply.headers.get("location")).toBe("/sign-in");
    expect(reply.headers.get("set-cookie")).toBeNull();
  });

  it("turns a problem into a thrown reply with its sentence and its request id", async () => {
    const { ask } = me(visit("/"), problem(404, "not_found", "There is no such project."));
    const reply = await thrownReply(() => unwrap(ask()));
    expect(reply.status).toBe(404);
    expect(await reply.json()).toMatchObject({
      detail: "There is no such project.",
      requestId: "req-1",
    });
  });

  it("says that the API does not answer when the reply is not one of its own", async () => {
    const { ask } = me(visit("/"), new Response("<h1>Bad gateway</h1>", { status: 503 }));
    const reply = await thrownReply(() => unwrap(ask()));
    expect(reply.status).toBe(502);
    const told = await reply.text();
    expect(told).toContain("does not answer");
    expect(told).not.toContain("Bad gateway");
  });

  it("hands a refusal back as a value, with the faults of its fields", async () => {
    const refusal = problem(400, "invalid_input", "name: too long", [
      { path: "name", message: "too long" },
    ]);
    const { ask } = me(visit("/"), refusal);
    const result = await attempt(() => unwrap(ask()));
    expect(result).toMatchObject({ ok: false, problem: { errors: [{ path: "name" }] } });
  });

  it("does not hide a failure of the API as a refusal", async () => {
    const { ask } = me(visit("/"), problem(500, "internal", "The cause is in the log."));
    const reply = await thrownReply(() => attempt(() => unwrap(ask())));
    expect(reply.status).toBe(500);
  });

  it("reads 404 as nothing where a page may lack the thing, and only 404", async () => {
    const { ask } = me(visit("/"), problem(404, "not_found", "There is no such plan."));
    expect(await unwrapOrNull(ask())).toBeNull();
    const weak = me(visit("/"), problem(403, "forbidden", "This needs a right."));
    expect((await thrownReply(() => unwrapOrNull(weak.ask()))).status).toBe(403);
  });
});
