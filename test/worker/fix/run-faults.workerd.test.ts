import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  env,
  getQueueResult,
  introspectWorkflow,
} from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../worker/index";
import type { Env } from "../../../worker/env";
import type { Fault } from "../../world/stand-in";
import { steer } from "../../builders/agent";
import { call, type TestProject } from "../../builders/api";
import {
  branchesOf,
  clusterOf,
  commitsOf,
  crashReport,
  forgeFault,
  forgeSettings,
  freshWorld,
  killSandbox,
  makeFixProject,
  press,
  pullsOf,
  readCluster,
  readRun,
  sandboxesOf,
  until,
  untilRun,
  wholeLog,
} from "../../builders/fix";

/** Each try of a step takes as long as the machine is busy. */
const PATIENCE = 150_000;
vi.setConfig({ testTimeout: 2 * PATIENCE });

type Introspector = Awaited<ReturnType<typeof introspectWorkflow>>;

let workflows: Introspector;

/** Retries happen at once here: what is looked at is that they happen, not how long they wait. */
beforeEach(async () => {
  await freshWorld();
  workflows = await introspectWorkflow(env.FIX_WORKFLOW);
  await workflows.modifyAll((modifier) => modifier.disableRetryDelays());
});

afterEach(() => workflows.dispose());

/** Each place of the forge that a run calls, in the order of its calls. */
const PLACES = ["/tarball/", "/git/blobs", "/git/trees", "/git/commits", "/git/refs", "/pulls"];

async function failOnceAtEach(kind: Pick<Fault, "kind" | "status" | "retryAfterSeconds">) {
  for (const match of PLACES) {
    const method = match === "/tarball/" ? "GET" : "POST";
    await forgeFault({ match, method, times: 1, ...kind });
  }
}

async function expectOnePull(project: TestProject, runId: string): Promise<void> {
  const run = await untilRun(project, runId, undefined, PATIENCE);
  expect(run.status, `${run.error}\n${run.logs}`).toBe("succeeded");
  const pulls = await pullsOf();
  expect(pulls.map((pull) => pull.head.ref)).toEqual([run.branch]);
  expect(await commitsOf(run.branch!)).toHaveLength(2);
  const stages = (await wholeLog(project, runId)).filter((event) => event.kind === "stage");
  expect(new Set(stages.map((event) => event.text)).size, "said twice").toBe(stages.length);
  await until("the sandbox is gone", async () => (await sandboxesOf(runId)).length === 0);
}

describe("a run whose forge fails once at each call", () => {
  it.each([
    ["500", { kind: "status", status: 500 }],
    ["429", { kind: "status", status: 429, retryAfterSeconds: 1 }],
    ["a cut connection", { kind: "cut" }],
  ] as const)("ends with exactly one pull request: %s", async (_name, kind) => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, crashReport("coupon"));
    await call("POST", `/clusters/${clusterId}/plan`, { token: project.token });
    await failOnceAtEach(kind);
    await expectOnePull(project, await press(project, clusterId));
  });
});

describe("a run", () => {
  it("never opens a ready pull request where drafts are not supported", async () => {
    const project = await makeFixProject();
    await forgeSettings({ draftSupported: false });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const run = await untilRun(project, await press(project, clusterId));
    expect(run.status).toBe("failed");
    expect(run.error).toContain("does not support draft pull requests");
    expect(run.error).toContain(`/compare/main...${encodeURIComponent(run.branch!)}`);
    expect(await branchesOf()).toContain(run.branch);
    expect(await pullsOf()).toEqual([]);
    const { error_message } = await readCluster(project, clusterId);
    expect(error_message).toBe(run.error);
  });

  it("makes its sandbox anew when it was lost", async () => {
    const project = await makeFixProject({ test_command: "sleep 2" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    await loseSandbox(project, runId);
    await expectOnePull(project, runId);
    expect((await readRun(project, runId)).logs).toContain("The sandbox was lost. A new one");
  });

  it("is paused when its sandbox is lost again and again, and a person may let it go on", async () => {
    const project = await makeFixProject({ test_command: "sleep 2" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    await env.DB.prepare("UPDATE runs SET recoveries = 3").run();
    await loseSandbox(project, runId);
    const lost = await untilRun(project, runId, ["waiting", "failed"]);
    expect(lost, lost.logs).toMatchObject({ status: "waiting", pause: { reason: "sandbox" } });
    const token = { authorization: `Bearer ${project.token}` };
    await steer({ project, runId }, token, "resume");
    await expectOnePull(project, runId);
  });

  it("keeps the settings that it was started with, and its log when it has ended", async () => {
    const project = await makeFixProject({ test_command: "sleep 1" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    const body = { test_command: "false", github_repo: "acme/elsewhere" };
    await call("PATCH", "/projects/~", { token: project.token, body });
    await expectOnePull(project, runId);
    const { json } = await call("GET", `/jobs/${runId}/evidence`, { token: project.token });
    expect(json).toMatchObject({ command: "sleep 1" });
    const log = await wholeLog(project, runId);
    await until("the log is archived", async () => {
      const { objects } = await env.ARCHIVE.list({
        prefix: `runs/${project.projectId}/${runId}/log/`,
      });
      const [first] = objects;
      const text = first ? await (await env.ARCHIVE.get(first.key))!.text() : "";
      return text.trim().split("\n").length === log.length && text.includes('"kind":"end"');
    });
  });

  it("is one Workflow with one pull request when its queue message comes three times", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    const body = { v: 1, kind: "start_run", projectId: project.projectId, runId };
    const bad = { v: 9, kind: "something else" };
    const batch = createMessageBatch("soulcaster-fix", [
      { id: "one", timestamp: new Date(), attempts: 1, body },
      { id: "two", timestamp: new Date(), attempts: 1, body },
      { id: "bad", timestamp: new Date(), attempts: 1, body: bad },
    ]);
    const context = createExecutionContext();
    await worker.queue(batch, env as unknown as Env);
    const result = await getQueueResult(batch, context);
    expect(result.explicitAcks.toSorted()).toEqual(["bad", "one", "two"]);
    await expectOnePull(project, runId);
    // One generation is one instance id, and an id lives once. (The introspector counts attempts to create it.)
    expect(await generationOf(runId)).toBe(1);
  });
});

describe("the sweep", () => {
  it("takes over a run whose Workflow went silent, and the old instance gives way", async () => {
    const project = await makeFixProject({ test_command: "sleep 1.5" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    await until("the sandbox is locked", async () =>
      (await readRun(project, runId)).logs.includes("Sandbox locked"),
    );
    await env.DB.prepare("UPDATE runs SET heartbeat_at = heartbeat_at - 91000").run();
    await sweep();
    expect(await generationOf(runId)).toBe(2);
    await expectOnePull(project, runId);
    expect((await readRun(project, runId)).logs).toContain("was interrupted and goes on");
    expect(workflows.get()).toHaveLength(2);
    for (const instance of workflows.get()) await instance.waitForStatus("complete");
  });

  it("sends a pending run to the queue again when its message was lost", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    await untilRun(project, runId);
    // As if the message of a second run had been lost: its row is there, and nothing is at work.
    const second = "01900000-0000-7000-8000-000000000001";
    await env.DB.prepare(
      "INSERT INTO runs (id, project_id, cluster_id, plan_id, runner, status, attempt, started_by, branch, heartbeat_at, created_at, updated_at) " +
        "SELECT ?, project_id, cluster_id, plan_id, runner, 'pending', 2, started_by, branch || '-r2', 0, ?, ? FROM runs WHERE id = ?",
    )
      .bind(second, Date.now(), Date.now(), runId)
      .run();
    await env.DB.prepare("UPDATE clusters SET status = 'fixing'").run();
    await sweep();
    const run = await untilRun(project, second);
    expect(run.status, run.logs).toBe("succeeded");
    expect(await pullsOf()).toHaveLength(2);
  });

  it("leaves a run alone whose heart beats", async () => {
    const project = await makeFixProject({ test_command: "sleep 1" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    await untilRun(project, runId, ["running"]);
    await sweep();
    expect(await generationOf(runId)).toBe(1);
    await expectOnePull(project, runId);
  });
});

describe("a sandbox that was left behind", () => {
  it("is ended by cron when its run is not at work; one of another installation is not", async () => {
    const project = await makeFixProject();
    const runId = await press(project, await clusterOf(project, crashReport("coupon")));
    await untilRun(project, runId, undefined, PATIENCE);
    await until("its own sandboxes are gone", async () => (await sandboxesOf(runId)).length === 0);
    const elsewhere = crypto.randomUUID();
    for (const id of [runId, elsewhere]) await leaveSandbox(id);
    const controller = createScheduledController({ cron: "start", scheduledTime: new Date() });
    await worker.scheduled(controller, env as unknown as Env);
    expect(await sandboxesOf(runId)).toEqual([]);
    const [other] = await sandboxesOf(elsewhere);
    await killSandbox(other!);
  });
});

async function leaveSandbox(runId: string): Promise<void> {
  const response = await fetch(`${env.WORLD.sandbox}/v2/sandboxes`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": env.WORLD.sandboxKey },
    body: JSON.stringify({
      templateID: "base",
      timeout: 600,
      metadata: { runId, purpose: "work" },
    }),
  });
  if (!response.ok) throw new Error(`The sandbox service answered ${response.status}`);
}

/** Ends the run's sandbox while its tests run there. */
async function loseSandbox(project: TestProject, runId: string): Promise<void> {
  await until("the sandbox is locked", async () =>
    (await readRun(project, runId)).logs.includes("Sandbox locked"),
  );
  for (const id of await sandboxesOf(runId)) await killSandbox(id);
}

/** What cron does each minute. */
async function sweep(): Promise<void> {
  const controller = createScheduledController({ cron: "* * * * *", scheduledTime: new Date() });
  await worker.scheduled(controller, env as unknown as Env);
}

async function generationOf(runId: string): Promise<number> {
  const row = await env.DB.prepare("SELECT generation FROM runs WHERE id = ?")
    .bind(runId)
    .first<{ generation: number }>();
  return row!.generation;
}
