import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, makeProject, signInAs, type TestProject } from "../../builders/api";

type Named = { id: string; name: string };
type Items<T> = { items: T[] };

async function get<T>(path: string, token: string): Promise<T> {
  const { status, json } = await call("GET", path, { token });
  expect(status, path).toBe(200);
  return json as unknown as T;
}

async function makeToken(
  project: TestProject,
  body: Record<string, unknown>,
): Promise<{ id: string; token: string }> {
  const { status, json } = await call("POST", "/projects/~/tokens", { token: project.token, body });
  expect(status).toBe(201);
  return json as unknown as { id: string; token: string };
}

describe("set-up", () => {
  it("may run again: the same project, a new link, and no wrong token gets in", async () => {
    const first = await makeProject();
    const again = await makeProject();
    expect(again.projectId).toBe(first.projectId);
    expect(again.sources).toEqual(first.sources);
    const { items } = await get<Items<Named>>("/projects", first.token);
    expect(items.map((one) => one.id)).toEqual([first.projectId]);
    for (const token of [undefined, "wrong"]) {
      const { status } = await call("POST", "/set-up", {
        ...(token ? { token } : {}),
        body: { email: "you@example.com" },
      });
      expect(status).toBe(401);
    }
  });
});

describe("signing in", () => {
  it("trades a link once for a session, which ends when it is told to", async () => {
    const { json } = await call("POST", "/set-up", {
      token: "set-up-token-for-tests-only",
      body: { email: "you@example.com" },
    });
    const { sign_in_url } = json as unknown as { sign_in_url: string };
    const token = new URL(sign_in_url).searchParams.get("token");
    const signedIn = await call("POST", "/sessions", { body: { token } });
    expect(signedIn.status).toBe(201);
    const { session } = signedIn.json as unknown as { session: string };
    expect((await call("POST", "/sessions", { body: { token } })).status).toBe(401);

    const headers = { cookie: `soulcaster=${session}`, origin: "http://dashboard.test" };
    const me = await call("GET", "/me", { headers });
    expect(me.status).toBe(200);
    expect(me.json).toMatchObject({ kind: "user", name: "Administrator" });
    expect((await call("POST", "/sessions/end", { body: { session } })).status).toBe(204);
    expect((await call("GET", "/me", { headers })).status).toBe(401);
  });

  it("ends by itself when the session or the link is too old", async () => {
    const project = await makeProject();
    const headers = await signInAs(project.projectId, "viewer");
    await env.DB.prepare("UPDATE sessions SET expires_at = 1").run();
    expect((await call("GET", "/me", { headers })).status).toBe(401);
    const { json } = await call("POST", "/set-up", {
      token: "set-up-token-for-tests-only",
      body: { email: "you@example.com" },
    });
    const { sign_in_url } = json as unknown as { sign_in_url: string };
    await env.DB.prepare("UPDATE sign_in_links SET expires_at = 1").run();
    const token = new URL(sign_in_url).searchParams.get("token");
    expect((await call("POST", "/sessions", { body: { token } })).status).toBe(401);
  });
});

describe("a project", () => {
  it("is made by a person, who administers it, and by no token", async () => {
    const project = await makeProject();
    const person = await signInAs(project.projectId, "viewer");
    const body = { name: "Shop", github_repo: "acme/shop" };
    const made = await call("POST", "/projects", { headers: person, body });
    expect(made.status).toBe(201);
    const { id } = made.json as unknown as Named;
    const read = await call("GET", `/projects/${id}`, { headers: person });
    expect(read.json).toMatchObject({ id, name: "Shop", github_repo: "acme/shop" });
    const byToken = await call("POST", "/projects", { token: project.token, body });
    expect(byToken.status).toBe(403);
    expect((await call("GET", `/projects/${id}`, { token: project.token })).status).toBe(404);
  });

  it("changes what is given, leaves the rest, and writes it into the audit", async () => {
    const project = await makeProject();
    const before = await get<Record<string, unknown>>("/projects/~", project.token);
    const { status, json } = await call("PATCH", "/projects/~", {
      token: project.token,
      body: { base_branch: "develop", path_prefix: "packages/api" },
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      name: before["name"],
      github_repo: before["github_repo"],
      base_branch: "develop",
      path_prefix: "packages/api",
    });
    const audit = await env.DB.prepare(
      "SELECT action FROM audit_log WHERE project_id = ? AND action = 'project.change'",
    )
      .bind(project.projectId)
      .all();
    expect(audit.results).toHaveLength(1);
  });

  it.each([
    ["a repository that is a path", { github_repo: "../../etc" }, "github_repo"],
    ["a branch with a command", { base_branch: "main; rm -rf /" }, "base_branch"],
    ["a folder outside", { path_prefix: "../secrets" }, "path_prefix"],
    [
      "a threshold above one",
      { settings: { grouping: { threshold: 7 } } },
      "settings.grouping.threshold",
    ],
  ])("refuses %s and names its path", async (_what, body, path) => {
    const project = await makeProject();
    const { status, json } = await call("PATCH", "/projects/~", { token: project.token, body });
    expect(status).toBe(400);
    expect((json as unknown as { errors: { path: string }[] }).errors[0]?.path).toBe(path);
  });

  it("counts its reports, clusters and runs", async () => {
    const project = await makeProject();
    await call("POST", "/feedback", { token: project.token, body: { title: "A", body: "b" } });
    const stats = await get<Record<string, Record<string, number>>>("/stats", project.token);
    expect(stats).toMatchObject({ feedback_by_source: { manual: 1 } });
  });
});

describe("an API token", () => {
  it("is shown once, kept as a hash, and dead when it is ended", async () => {
    const project = await makeProject();
    const { id, token } = await makeToken(project, { name: "CI", role: "operator" });
    expect((await call("GET", "/clusters", { token })).status).toBe(200);
    const list = await call("GET", "/projects/~/tokens", { token: project.token });
    expect(list.text).not.toContain(token);
    const stored = await env.DB.prepare("SELECT * FROM api_tokens WHERE id = ?").bind(id).first();
    expect(JSON.stringify(stored)).not.toContain(token);
    const ended = await call("DELETE", `/projects/~/tokens/${id}`, { token: project.token });
    expect(ended.status).toBe(204);
    expect((await call("GET", "/clusters", { token })).status).toBe(401);
  });

  it("may do what its role and its scopes both allow, and nothing else", async () => {
    const project = await makeProject();
    const { token } = await makeToken(project, { name: "In", scopes: ["feedback:write"] });
    const body = { title: "A", body: "b" };
    expect((await call("POST", "/feedback", { token, body })).status).toBe(202);
    expect((await call("GET", "/clusters", { token })).status).toBe(403);
    expect((await call("GET", "/projects/~/tokens", { token })).status).toBe(403);
  });

  it("expires", async () => {
    const project = await makeProject();
    const { id, token } = await makeToken(project, { name: "Short", expires_in_days: 1 });
    await env.DB.prepare("UPDATE api_tokens SET expires_at = 1 WHERE id = ?").bind(id).run();
    expect((await call("GET", "/clusters", { token })).status).toBe(401);
  });
});

describe("a source", () => {
  it("is made with a secret that is shown once, and gone when it is removed", async () => {
    const project = await makeProject();
    const made = await call("POST", "/projects/~/sources", {
      token: project.token,
      body: { kind: "github", name: "Second" },
    });
    expect(made.status).toBe(201);
    const source = made.json as unknown as { id: string; secret: string; webhook_url: string };
    expect(source.secret.length).toBeGreaterThanOrEqual(32);
    expect(source.webhook_url).toBe(`http://api.test/ingest/github/${source.id}`);
    const list = await call("GET", "/projects/~/sources", { token: project.token });
    expect(list.text).toContain(source.id);
    expect(list.text).not.toContain(source.secret);
    const at = `/projects/~/sources/${source.id}`;
    expect((await call("DELETE", at, { token: project.token })).status).toBe(204);
    expect((await call("DELETE", at, { token: project.token })).status).toBe(404);
    expect((await call("POST", `/ingest/github/${source.id}`, { body: {} })).status).toBe(404);
  });
});
