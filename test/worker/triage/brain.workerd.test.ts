import { env } from "cloudflare:workers";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { failStaleJobs } from "../../../worker/store/cluster-jobs";
import { openDb } from "../../../worker/store/db";
import { call, makeProject, send, untilClustered, type TestProject } from "../../builders/api";
import type { ClusterListItem, GroupingDecision } from "../../../worker/triage/views";

async function clustersOf(project: TestProject): Promise<ClusterListItem[]> {
  const { json } = await call("GET", "/clusters", { token: project.token });
  return (json as unknown as { items: ClusterListItem[] }).items;
}

const SAME = [
  {
    title: "Invoice PDF is empty",
    body: "When I download the invoice PDF of an order it is empty.",
  },
  { title: "Empty invoice", body: "Downloading the invoice PDF for my order gives an empty file." },
  {
    title: "Invoice download empty",
    body: "The invoice PDF I download for an order is empty, no lines.",
  },
];
const OTHER = { title: "Dark mode", body: "Please add a dark theme to the settings page." };

describe("the brain", () => {
  it("joins reports that are one problem, and leaves others alone, with a ledger row for each", async () => {
    const project = await makeProject();
    await call("POST", "/feedback", { token: project.token, body: [...SAME, OTHER] });
    await untilClustered(project);
    const clusters = await clustersOf(project);
    expect(clusters.map((one) => one.count).sort()).toEqual([1, 3]);
    expect(clusters.find((one) => one.count === 1)?.single).toBe(true);
    const rows = await env.DB.prepare("SELECT count(*) AS n FROM grouping_decisions").first<{
      n: number;
    }>();
    expect(rows?.n).toBe(4);
    const large = clusters.find((one) => one.count === 3)!;
    const history = await call("GET", `/clusters/${large.id}/history`, { token: project.token });
    const decisions = (history.json as unknown as { items: GroupingDecision[] }).items;
    expect(decisions).toHaveLength(3);
    expect(decisions.some((one) => one.neighbours.length > 0 && one.threshold === 0.72)).toBe(true);
    expect(large.title.length).toBeLessThanOrEqual(80);
  });

  it("puts a later report into the cluster that is there, and an edited one where it now belongs", async () => {
    const project = await makeProject();
    await call("POST", "/feedback", { token: project.token, body: SAME.slice(0, 2) });
    await untilClustered(project);
    const [before] = await clustersOf(project);
    const added = await call("POST", "/feedback", { token: project.token, body: SAME[2] });
    await untilClustered(project);
    const [after] = await clustersOf(project);
    expect(after).toMatchObject({ id: before!.id, count: 3 });
    const { id } = added.json as unknown as { id: string };
    await call("PUT", `/feedback/${id}`, { token: project.token, body: OTHER });
    await untilClustered(project);
    expect((await clustersOf(project)).map((one) => one.count).sort()).toEqual([1, 2]);
    const why = await call("GET", `/feedback/${id}/why`, { token: project.token });
    expect((why.json as unknown as { items: unknown[] }).items).toHaveLength(2);
  });

  it("answers the running job's id while one is running", async () => {
    const project = await makeProject();
    await call("POST", "/feedback", { token: project.token, body: SAME });
    const ids = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const { json, status } = await call("POST", "/cluster-jobs", { token: project.token });
        expect(status).toBe(202);
        return (json as unknown as { id: string }).id;
      }),
    );
    expect(new Set(ids).size).toBe(1);
    await untilClustered(project);
    const job = await call("GET", `/cluster-jobs/${ids[0]}`, { token: project.token });
    expect(job.json).toMatchObject({ status: "succeeded", error: null });
  });

  it("looks again when it has promised to, though a job that somebody started was sooner", async () => {
    const project = await makeProject();
    await call("POST", "/feedback", { token: project.token, body: SAME[0] });
    const { json } = await call("POST", "/cluster-jobs", { token: project.token });
    const ended = async () => {
      const job = await call("GET", `/cluster-jobs/${json["id"]}`, { token: project.token });
      return job.json["status"] === "succeeded";
    };
    while (!(await ended())) await new Promise((resolve) => setTimeout(resolve, 10));
    // Nobody announces this one: the first announcement's alarm is still to come.
    await call("POST", "/feedback", { token: project.token, body: SAME[1] });
    await untilClustered(project);
    expect(await clustersOf(project)).toHaveLength(1);
  });

  it("calls a job without a sign of life failed, and places what waits by a new one", async () => {
    const project = await makeProject();
    const { json } = await call("POST", "/cluster-jobs", { token: project.token });
    const { id } = json as unknown as { id: string };
    await untilClustered(project);
    // As if the object had died in the middle of it, two minutes ago.
    await env.DB.prepare(
      "UPDATE cluster_jobs SET status = 'running', finished_at = NULL, heartbeat_at = ? WHERE id = ?",
    )
      .bind(Date.now() - 130_000, id)
      .run();
    const object = env.PROJECT.get(env.PROJECT.idFromName(project.projectId));
    await runInDurableObject(object, (_, state) => {
      const job = JSON.stringify({ id, createdAt: 0, failures: 0 });
      state.storage.sql.exec("INSERT OR REPLACE INTO state VALUES ('job', ?)", job);
    });
    const db = openDb(env.DB);
    await failStaleJobs(db, Date.now() - 120_000, Date.now());
    const given = await call("GET", `/cluster-jobs/${id}`, { token: project.token });
    expect(given.json).toMatchObject({
      status: "failed",
      error: expect.stringContaining("two minutes"),
    });
    await call("POST", "/feedback", { token: project.token, body: OTHER });
    await untilClustered(project);
    expect(await clustersOf(project)).toHaveLength(1);
    const { json: status } = await call("GET", "/clustering/status", { token: project.token });
    const last = status["last_job"] as unknown as { id: string; status: string };
    expect(last.status).toBe("succeeded");
    expect(last.id).not.toBe(id);
  });

  it("keeps two projects apart", async () => {
    const one = await makeProject("one@example.com");
    const two = await makeProject("two@example.com");
    await call("POST", "/feedback", { token: one.token, body: SAME });
    await call("POST", "/feedback", { token: two.token, body: SAME.slice(0, 1) });
    await untilClustered(one);
    await untilClustered(two);
    expect((await clustersOf(one)).map((cluster) => cluster.count)).toEqual([3]);
    expect((await clustersOf(two)).map((cluster) => cluster.count)).toEqual([1]);
  });

  it("loses nothing and doubles nothing when the same batch is placed again after a crash", async () => {
    const project = await makeProject();
    await call("POST", "/feedback", { token: project.token, body: [...SAME, OTHER] });
    await untilClustered(project);
    const before = await clustersOf(project);
    // As if the object had died right after its write: the marks are back, and the alarm comes again.
    await env.DB.prepare("UPDATE feedback SET unclustered = 1").run();
    const stub = env.PROJECT.get(env.PROJECT.idFromName(project.projectId));
    await stub.announce(project.projectId);
    await runDurableObjectAlarm(stub);
    await untilClustered(project);
    const after = await clustersOf(project);
    expect(after.map(({ id, count }) => ({ id, count }))).toEqual(
      before.map(({ id, count }) => ({ id, count })),
    );
  });

  it("forgets an item that is deleted", async () => {
    const project = await makeProject();
    const { json } = await call("POST", "/feedback", { token: project.token, body: SAME });
    await untilClustered(project);
    const { id } = json as unknown as { id: string };
    expect((await call("DELETE", `/feedback/${id}`, { token: project.token })).status).toBe(204);
    expect((await clustersOf(project))[0]?.count).toBe(2);
    expect((await call("GET", `/feedback/${id}`, { token: project.token })).status).toBe(404);
  });

  it("tells open dashboards over a socket", async () => {
    const project = await makeProject();
    const response = await send(
      new Request(`http://api.test/projects/${project.projectId}/live`, {
        headers: { upgrade: "websocket", authorization: `Bearer ${project.token}` },
      }),
    );
    expect(response.status).toBe(101);
    const socket = response.webSocket!;
    const heard: { kind: string; status: string | null }[] = [];
    socket.accept();
    socket.addEventListener("message", (event) => heard.push(JSON.parse(String(event.data))));
    await call("POST", "/feedback", { token: project.token, body: SAME });
    await untilClustered(project);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(heard.some((one) => one.kind === "cluster_job" && one.status === "succeeded")).toBe(
      true,
    );
    expect(heard.some((one) => one.kind === "clusters")).toBe(true);
    socket.close();
  });
});
