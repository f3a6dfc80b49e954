import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { call, makeProject, signInAs, untilClustered, type TestProject } from "../../builders/api";
import { add, INVOICE, LOGIN, places } from "../../builders/grouping";
import type { ClusterJobView } from "../../../worker/triage/views";

async function cancel(project: TestProject, id: string, status = "cancelled") {
  const reply = await call("PATCH", `/cluster-jobs/${id}`, {
    token: project.token,
    body: { status },
  });
  return { ...reply, job: reply.json as unknown as ClusterJobView };
}

async function start(project: TestProject, kind = "place"): Promise<string> {
  const { json } = await call("POST", "/cluster-jobs", { token: project.token, body: { kind } });
  return json["id"] as unknown as string;
}

async function read(project: TestProject, id: string): Promise<ClusterJobView> {
  const { json } = await call("GET", `/cluster-jobs/${id}`, { token: project.token });
  return json as unknown as ClusterJobView;
}

async function audited(id: string): Promise<number> {
  const row = await env.DB.prepare(
    "SELECT count(*) AS n FROM audit_log WHERE action = 'cluster_job.cancel' AND target = ?",
  )
    .bind(`cluster_job:${id}`)
    .first<{ n: number }>();
  return row!.n;
}

/** The job is at work, as its object and the record see it, and no alarm will move it. */
async function stuck(project: TestProject, id: string): Promise<void> {
  await env.DB.prepare(
    "UPDATE cluster_jobs SET status = 'running', finished_at = NULL WHERE id = ?",
  )
    .bind(id)
    .run();
  const object = env.PROJECT.get(env.PROJECT.idFromName(project.projectId));
  await runInDurableObject(object, (_, state) => {
    const job = JSON.stringify({ id, createdAt: 0, failures: 0 });
    state.storage.sql.exec("INSERT OR REPLACE INTO state VALUES ('job', ?)", job);
  });
}

describe("cancelling a cluster job", () => {
  it("says who and when, once, and lets the next job place what waits", async () => {
    const project = await makeProject();
    const id = await start(project);
    await untilClustered(project);
    await stuck(project, id);
    const { status, job } = await cancel(project, id);
    expect(status).toBe(200);
    expect(job).toMatchObject({
      id,
      status: "cancelled",
      cancelled_by: expect.stringMatching(/^token:/),
    });
    expect(Date.parse(job.finished_at!)).toBeGreaterThan(0);
    expect(await cancel(project, id)).toMatchObject({ status: 200, job: { status: "cancelled" } });
    expect(await audited(id)).toBe(1);
    expect((await call("GET", "/clustering/status", { token: project.token })).json).toMatchObject({
      running: false,
      last_job: { id, status: "cancelled" },
    });
    await add(project, INVOICE);
    expect(new Set(Object.values(await places())).size).toBe(1);
    expect(await read(project, id)).toMatchObject({ status: "cancelled" });
  });

  it("leaves whole batches behind, and nothing is lost or placed twice", async () => {
    const project = await makeProject();
    const body = Array.from({ length: 250 }, (_, i) => ({
      title: `Page ${i} of the shop is blank`,
      body: `Chapter ${i * 7919} shows nothing.`,
    }));
    await call("POST", "/feedback", { token: project.token, body });
    const id = await start(project);
    while ((await read(project, id)).stats.clustered === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { status, job } = await cancel(project, id);
    // Or it was done already, under load.
    expect([200, 409]).toContain(status);
    const placed = Object.values(await places()).filter((one) => one !== null).length;
    if (status === 200) expect(job.stats.clustered).toBe(placed);
    expect(placed === 250 || placed % 100 === 0).toBe(true);
    expect(await start(project)).not.toBe(id);
    await untilClustered(project);
    const twice = await env.DB.prepare(
      "SELECT count(*) AS rows, count(DISTINCT feedback_id) AS items FROM grouping_decisions WHERE previous_cluster_id IS NULL",
    ).first<{ rows: number; items: number }>();
    expect(twice).toEqual({ rows: 250, items: 250 });
  });

  it("ends a recluster before it changes anything", async () => {
    const project = await makeProject();
    await add(project, [...INVOICE, ...LOGIN]);
    const before = await places();
    await call("PATCH", `/projects/${project.projectId}`, {
      token: project.token,
      body: { settings: { grouping: { threshold: 0.98 } } },
    });
    const object = env.PROJECT.get(env.PROJECT.idFromName(project.projectId));
    const ids: string[] = [];
    await object.hold(async () => {
      ids.push(await start(project, "recluster"));
      // As if the Worker died between the record and its word to the object.
      await env.DB.prepare("UPDATE cluster_jobs SET status = 'cancelled' WHERE id = ?")
        .bind(ids[0]!)
        .run();
    });
    while (await replayGoesOn(project)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await places()).toEqual(before);
    expect(await read(project, ids[0]!)).toMatchObject({ status: "cancelled", operation_id: null });
  });

  it("refuses what is not a person's to set, with a code, and changes nothing", async () => {
    const project = await makeProject();
    const id = await start(project);
    await untilClustered(project);
    while ((await read(project, id)).status !== "succeeded") {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const status of ["cancelled", "failed", "running", "pending"]) {
      expect(await cancel(project, id, status)).toMatchObject({
        status: 409,
        json: { code: "illegal_transition" },
      });
    }
    expect(await cancel(project, id, "succeeded")).toMatchObject({ status: 200 });
    expect(await cancel(project, id, "gone")).toMatchObject({
      status: 400,
      json: { code: "invalid_input", errors: [{ path: "status" }] },
    });
    expect(await cancel(project, "00000000-0000-7000-8000-000000000000")).toMatchObject({
      status: 404,
    });
    const viewer = await signInAs(project.projectId, "viewer");
    const path = `/projects/${project.projectId}/cluster-jobs/${id}`;
    const asViewer = await call("PATCH", path, { headers: viewer, body: { status: "cancelled" } });
    expect(asViewer.status).toBe(403);
    expect(await audited(id)).toBe(0);
  });

  it("answers a repeated request with the same Idempotency-Key from what it did the first time", async () => {
    const project = await makeProject();
    const id = await start(project);
    await untilClustered(project);
    await stuck(project, id);
    const once = () =>
      call("PATCH", `/cluster-jobs/${id}`, {
        token: project.token,
        body: { status: "cancelled" },
        headers: { "idempotency-key": "one" },
      });
    const [first, again] = [await once(), await once()];
    expect(again.json).toEqual(first.json);
    expect(again.headers.get("idempotent-replay")).toBe("true");
  });
});

async function replayGoesOn(project: TestProject): Promise<boolean> {
  const object = env.PROJECT.get(env.PROJECT.idFromName(project.projectId));
  return runInDurableObject(object, (_, state) => {
    const [row] = state.storage.sql
      .exec<{ value: string }>("SELECT value FROM state WHERE key = 'replay'")
      .toArray();
    return row !== undefined && !(JSON.parse(row.value) as { ended: boolean }).ended;
  });
}
