import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { call, makeProject, untilClustered, type TestProject } from "../../builders/api";

const TITLES = ["Invoice PDF is empty", "Empty invoice PDF", "Invoice PDF download is empty"];

function object(project: TestProject) {
  return env.PROJECT.get(env.PROJECT.idFromName(project.projectId));
}

async function add(project: TestProject, titles: readonly string[]): Promise<void> {
  const body = titles.map((title) => ({ title, body: `${title}, every time I try it.` }));
  await call("POST", "/feedback", { token: project.token, body });
  await untilClustered(project);
}

async function places(): Promise<Record<string, string>> {
  const { results } = await env.DB.prepare("SELECT title, cluster_id FROM feedback").all<{
    title: string;
    cluster_id: string;
  }>();
  return Object.fromEntries(results.map((row) => [row.title, row.cluster_id]));
}

async function read(project: TestProject, path: string) {
  return (await call("GET", path, { token: project.token })).json as Record<string, unknown>;
}

/** As after a deployment with another embedder: what is stored was made by a former one. */
async function readByAnother(project: TestProject): Promise<void> {
  await runInDurableObject(object(project), (_, state) => {
    state.storage.sql.exec("UPDATE vectors SET embedder = 'former:1'");
    state.storage.sql.exec("DELETE FROM edges");
  });
}

async function untilEnded(project: TestProject, id: string) {
  for (let tries = 0; tries < 600; tries++) {
    const job = await read(project, `/cluster-jobs/${id}`);
    if (job["status"] === "succeeded" || job["status"] === "failed") return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The job did not end in time.");
}

describe("embedding anew", () => {
  it("gives every report a vector and pairs of the embedder at work, and changes no cluster", async () => {
    const project = await makeProject();
    await add(project, TITLES);
    const before = await places();
    expect(await read(project, "/clustering/status")).toMatchObject({ read_by_others: 0 });
    await readByAnother(project);
    expect(await read(project, "/clustering/status")).toMatchObject({ read_by_others: 3 });
    const { json } = await call("POST", "/cluster-jobs", {
      token: project.token,
      body: { kind: "reembed" },
    });
    const job = await untilEnded(project, String(json["id"]));
    expect(job).toMatchObject({
      kind: "reembed",
      status: "succeeded",
      progress: { done: 3, total: 3 },
    });
    const status = await read(project, "/clustering/status");
    expect(status).toMatchObject({ read_by_others: 0 });
    const stored = await runInDurableObject(object(project), (_, state) => ({
      embedders: state.storage.sql.exec("SELECT DISTINCT embedder FROM vectors").toArray(),
      edges: state.storage.sql.exec("SELECT count(*) AS n FROM edges").one()["n"],
    }));
    expect(stored.embedders).toEqual([{ embedder: status["embedder"] }]);
    expect(stored.edges).toBeGreaterThan(0);
    expect(await places()).toEqual(before);
  });

  it("leaves clusters together whose reports another embedder has read, whatever is asked before", async () => {
    const project = await makeProject();
    await add(project, TITLES);
    const before = await places();
    await readByAnother(project);
    // An edited report makes the brain look at its whole cluster again.
    const { results } = await env.DB.prepare("SELECT id FROM feedback WHERE title = ?")
      .bind(TITLES[0])
      .all<{ id: string }>();
    await call("PUT", `/feedback/${results[0]!.id}`, {
      token: project.token,
      body: { title: TITLES[0], body: "The invoice PDF is empty, each time I try it." },
    });
    await untilClustered(project);
    expect(await places()).toEqual(before);
    const { json } = await call("POST", "/cluster-jobs", {
      token: project.token,
      body: { kind: "recluster" },
    });
    expect(await untilEnded(project, String(json["id"]))).toMatchObject({ operation_id: null });
    expect(await places()).toEqual(before);
  });
});
