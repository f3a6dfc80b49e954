import { describe, expect, it } from "vitest";
import { call, makeProject, signInAs } from "../../builders/api";

type Operation = { method: string; path: string; access: string };

const NOWHERE = "00000000-0000-7000-8000-000000000000";

/** Every route, as the API's own document tells it. */
async function operations(): Promise<Operation[]> {
  const { json } = await call("GET", "/openapi.json");
  const document = json as unknown as {
    paths: Record<string, Record<string, { "x-access": string }>>;
  };
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      access: operation["x-access"],
    })),
  );
}

function at(path: string, projectId: string): string {
  return path.replace("{projectId}", projectId).replace(/\{\w+\}/g, NOWHERE);
}

const OPEN = ["public", "signed_webhook", "dsn_key"];
const CREDENTIALS: Record<string, string>[] = [
  {},
  { authorization: "Bearer sct_wrong" },
  { cookie: "soulcaster=wrong", origin: "http://dashboard.test" },
];
const body = (method: string) => (method === "GET" || method === "DELETE" ? undefined : {});

describe("every route of the API document", () => {
  it("is more than a few, and says who may call it", async () => {
    const all = await operations();
    expect(all.length).toBeGreaterThan(35);
    for (const one of all) expect(one.access, `${one.method} ${one.path}`).toBeTruthy();
  });

  it("answers 401 without a credential, with a wrong token, and with a wrong cookie", async () => {
    const project = await makeProject();
    for (const { method, path, access } of await operations()) {
      if (OPEN.includes(access)) continue;
      const target = at(path, project.projectId);
      for (const headers of CREDENTIALS) {
        const { status, json } = await call(method, target, { body: body(method), headers });
        expect(status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(401);
        expect(json).toMatchObject({ code: "unauthenticated", status: 401 });
      }
    }
  });

  it("answers 404 for a project of somebody else, whoever asks", async () => {
    const mine = await makeProject("me@example.com");
    const theirs = await makeProject("them@example.com");
    const cookie = await signInAs(mine.projectId, "admin");
    for (const { method, path } of await operations()) {
      if (!path.includes("{projectId}")) continue;
      const target = at(path, theirs.projectId);
      for (const headers of [{ authorization: `Bearer ${mine.token}` }, cookie]) {
        const { status, json } = await call(method, target, { body: body(method), headers });
        expect(status, `${method} ${path}`).toBe(404);
        expect(json).toMatchObject({ code: "not_found" });
      }
    }
  });

  it("answers 403 where a viewer may not act, and never a 5xx", async () => {
    const project = await makeProject();
    const cookie = await signInAs(project.projectId, "viewer");
    for (const { method, path, access } of await operations()) {
      if (!path.includes("{projectId}") || method === "GET") continue;
      const { status } = await call(method, at(path, project.projectId), {
        body: body(method),
        headers: cookie,
      });
      const expected = access === "own_run" ? 404 : 403;
      expect(status, `${method} ${path}`).toBe(expected);
    }
  });

  it("refuses a write with a cookie from another site", async () => {
    const project = await makeProject();
    const cookie = await signInAs(project.projectId, "admin");
    for (const origin of ["http://evil.example", "", undefined]) {
      const { status, json } = await call("POST", `/projects/${project.projectId}/feedback`, {
        body: { body: "x" },
        headers: { cookie: cookie["cookie"]!, ...(origin === undefined ? {} : { origin }) },
      });
      expect(status).toBe(403);
      expect(json).toMatchObject({ code: "bad_origin" });
    }
  });

  it("never lets an API token approve a plan, not even an admin's", async () => {
    const project = await makeProject();
    const { status } = await call("POST", `/clusters/${NOWHERE}/plan/approve`, {
      token: project.token,
      body: { version: 1 },
    });
    expect(status).toBe(403);
  });
});
