import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, makeProject, untilClustered, type TestProject } from "../../builders/api";
import { add, INVOICE, LOGIN, places, placesByLedger } from "../../builders/grouping";
import type { OperationView } from "../../../worker/triage/views";
import type { WhatIfView } from "../../../worker/triage/what-if-view";

async function act(project: TestProject, path: string, body: unknown = {}) {
  const { status, json } = await call("POST", `/projects/${project.projectId}${path}`, {
    token: project.token,
    body,
  });
  return { status, op: json as unknown as OperationView, code: json["code"] as unknown };
}

async function read(project: TestProject, path: string) {
  const { json } = await call("GET", `/projects/${project.projectId}${path}`, {
    token: project.token,
  });
  return json as unknown as Record<string, unknown>;
}

async function untilEnded(project: TestProject, path: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 600; tries++) {
    const job = await read(project, path);
    if (job["status"] === "succeeded" || job["status"] === "failed") return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The replay did not end in time.");
}

async function preview(project: TestProject, settings: Record<string, unknown>) {
  const { status, op } = await act(project, "/what-ifs", settings);
  expect(status).toBe(202);
  return (await untilEnded(project, `/what-ifs/${op.id}`)) as unknown as WhatIfView;
}

async function settings(project: TestProject): Promise<Record<string, unknown>> {
  return ((await read(project, "")) as { settings: { grouping: Record<string, unknown> } }).settings
    .grouping;
}

describe("what if", () => {
  it("shows what a higher threshold would part, does it as one operation, and undoes it exactly", async () => {
    const project = await makeProject();
    await add(project, [...INVOICE, ...LOGIN]);
    const before = await places();
    expect(new Set(Object.values(before)).size).toBe(2);
    const seen = await preview(project, { threshold: 0.98 });
    expect(seen).toMatchObject({ status: "succeeded", threshold: 0.98, method: "agglomerative" });
    expect(seen.progress).toEqual({ done: 6, total: 6 });
    const result = seen.result!;
    expect(result.splits.total).toBeGreaterThan(0);
    expect(result.clusters_after - result.clusters_before).toBeGreaterThan(0);
    expect(result.splits.items[0]!.title).not.toBe("");
    expect(await places()).toEqual(before);

    const applied = await act(project, `/what-ifs/${seen.id}/apply`);
    expect(applied).toMatchObject({ status: 200, op: { kind: "regroup" } });
    await untilClustered(project);
    expect(new Set(Object.values(await places())).size).toBe(result.clusters_after);
    expect(await placesByLedger()).toEqual(await places());
    expect(await settings(project)).toMatchObject({ threshold: 0.98 });
    expect((await act(project, `/what-ifs/${seen.id}/apply`)).status).toBe(409);
    // Applied, the same question has nothing to change.
    const again = await preview(project, { threshold: 0.98 });
    expect(again.result).toMatchObject({ reports_moved: 0, splits: { total: 0 } });

    expect((await act(project, `/operations/${applied.op.id}/undo`)).status).toBe(200);
    expect(await places()).toEqual(before);
    expect(await placesByLedger()).toEqual(before);
    expect(await settings(project)).toEqual({});
  });

  it("counts the words of persons that the machine would not follow, and breaks none of them", async () => {
    const project = await makeProject();
    const [one, other] = [await add(project, INVOICE), await add(project, LOGIN)];
    const at = await places();
    await act(project, `/clusters/${at[one[0]!]}/merge`, { into: at[other[0]!] });
    const merged = await places();
    const seen = await preview(project, { threshold: 0.72 });
    expect(seen.result).toMatchObject({
      reports_moved: 0,
      human: { together: 9, apart: 0, contradicted: 9, recall: 0 },
    });
    expect(seen.result!.human.contradictions[0]).toMatchObject({ said: "together", pairs: 9 });
    expect(await places()).toEqual(merged);
  });

  it("lets a newer preview take the place of an older one, which can be applied no more", async () => {
    const project = await makeProject();
    await add(project, INVOICE);
    const older = await preview(project, { threshold: 0.98 });
    await preview(project, { method: "centroid" });
    expect(await act(project, `/what-ifs/${older.id}/apply`)).toMatchObject({
      status: 409,
      code: "conflict",
    });
    expect((await act(project, "/what-ifs", { threshold: 1.5 })).status).toBe(400);
    expect((await act(project, "/what-ifs/nothing/apply")).status).toBe(404);
  });

  it("leaves reports alone that a person has moved since the preview", async () => {
    const project = await makeProject();
    const [one] = await add(project, INVOICE);
    const [login] = await add(project, LOGIN);
    const seen = await preview(project, { threshold: 0.98 });
    const at = await places();
    await act(project, `/feedback/${one}/move`, { cluster_id: at[login!] });
    const moved = await places();
    expect((await act(project, `/what-ifs/${seen.id}/apply`)).status).toBe(200);
    expect(await places()).toEqual(moved);
  });
});

describe("cohesion", () => {
  it("tells how alike a cluster's reports are, and what the machine alone would part", async () => {
    const project = await makeProject();
    const invoice = await add(project, INVOICE);
    const [login] = await add(project, LOGIN.slice(0, 1));
    const at = await places();
    const tight = await read(project, `/clusters/${at[invoice[0]!]}/cohesion`);
    expect(tight).toMatchObject({ compared: 3, threshold: 0.72, outliers: [], splits: [] });
    // As an older version of the brain may have left it.
    await env.DB.prepare("UPDATE feedback SET cluster_id = ? WHERE id = ?")
      .bind(at[invoice[0]!], login)
      .run();
    const loose = await read(project, `/clusters/${at[invoice[0]!]}/cohesion`);
    expect(loose).toMatchObject({
      compared: 4,
      splits: [{ reports: [{ feedback_id: login, title: LOGIN[0] }] }],
    });
    expect((loose["outliers"] as { feedback_id: string }[])[0]).toMatchObject({
      feedback_id: login,
    });
    expect(loose["mean"]).toBeLessThan(tight["mean"] as number);
  });

  it("never suggests to part what a person has joined", async () => {
    const project = await makeProject();
    const invoice = await add(project, INVOICE);
    const [login] = await add(project, LOGIN.slice(0, 1));
    const at = await places();
    await act(project, `/clusters/${at[login!]}/merge`, { into: at[invoice[0]!] });
    const joined = await read(project, `/clusters/${at[invoice[0]!]}/cohesion`);
    expect(joined).toMatchObject({ compared: 4, splits: [] });
  });
});

describe("clustering a project anew", () => {
  it("decides everything by the present settings, as one operation, and leaves what people touched", async () => {
    const project = await makeProject();
    const invoice = await add(project, INVOICE);
    const login = await add(project, LOGIN);
    const at = await places();
    await call("PATCH", `/clusters/${at[login[0]!]}`, {
      token: project.token,
      body: { title: "The login page hangs" },
    });
    await call("PATCH", `/projects/${project.projectId}`, {
      token: project.token,
      body: { settings: { grouping: { threshold: 0.98 } } },
    });
    const before = await places();
    const { op: job } = await act(project, "/cluster-jobs", { kind: "recluster" });
    const done = await untilEnded(project, `/cluster-jobs/${job.id}`);
    expect(done).toMatchObject({ kind: "recluster", status: "succeeded" });
    const after = await places();
    for (const id of login) expect(after[id]).toBe(before[id]);
    expect(new Set(invoice.map((id) => after[id])).size).toBeGreaterThan(1);
    expect(await placesByLedger()).toEqual(after);
    await untilClustered(project);
    const titles = await env.DB.prepare(
      "SELECT count(*) AS n FROM clusters WHERE item_count > 0 AND summarised_count = 0 AND merged_into IS NULL",
    ).first<{ n: number }>();
    expect(titles?.n).toBe(0);
    expect((await act(project, `/operations/${job.id}/undo`)).status).toBe(200);
    expect(await places()).toEqual(before);
  });
});
