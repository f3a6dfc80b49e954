import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../../worker/env";
import worker from "../../../worker/index";
import { call, type TestProject } from "../../builders/api";
import { setUpAgent, SLOW_AGENT, startAgentRun, steer, untilSaid } from "../../builders/agent";
import {
  clusterOf,
  crashReport,
  filesOf,
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
} from "../../builders/fix";

/** A run with an agent that begins twice takes most of a minute on a busy machine. */
const PATIENCE = 150_000;
vi.setConfig({ testTimeout: PATIENCE + 30_000 });

beforeEach(freshWorld);

const runObject = (runId: string) => env.RUN.get(env.RUN.idFromName(runId));

describe("a run that a person pauses", () => {
  it("keeps its patch, lets its sandbox go, and goes on from there with what it is told", async () => {
    const run = await startAgentRun();
    const { project, runId, operator } = run;
    await untilSaid(run, "working");
    for (const _press of [1, 2]) {
      expect(await steer(run, operator, "pause")).toMatchObject({
        status: 202,
        json: { status: "running", asked: "pause" },
      });
    }
    const paused = await untilRun(project, runId, ["waiting", "failed"]);
    expect(paused, paused.logs).toMatchObject({
      status: "waiting",
      waiting_for: "decision",
      asked: null,
      findings: false,
      pause: { reason: "person", by: expect.any(String) },
    });
    await until("the sandbox is gone", async () => (await sandboxesOf(runId)).length === 0);
    const patch = await call("GET", `/jobs/${runId}/patch`, { token: project.token });
    expect(patch.text).toContain("+// begun");

    const text = "Finish at once.";
    const byToken = { authorization: `Bearer ${project.token}` };
    expect((await steer(run, byToken, "resume", { text })).status).toBe(403);
    for (const _press of [1, 2])
      expect((await steer(run, operator, "resume", { text })).status).toBe(202);
    const ended = await untilRun(project, runId);
    expect(ended.status, ended.logs).toBe("succeeded");
    expect(ended.guidance.map((one) => one.text)).toEqual([text]);
    const [pull] = await pullsOf();
    const [file] = await filesOf(pull!.number);
    expect(file!.patch).toMatch(/^\+\/\/ begun\n\+\/\/ finished/m);
    expect(pull!.body).toContain("Finish at once.");
    await until("the sandbox is gone", async () => (await sandboxesOf(runId)).length === 0);
  });
});

describe("an agent at work", () => {
  it("starts again in the same sandbox with what a person tells it, and finds what it has done", async () => {
    const run = await startAgentRun();
    await untilSaid(run, "working");
    const [sandbox] = await sandboxesOf(run.runId);
    const words = { text: "Finish at once, please." };
    const [told, again] = [
      await steer(run, run.operator, "redirect", words),
      await steer(run, run.operator, "redirect", words),
    ];
    expect(again).toMatchObject({ status: 202, json: { guidance: [words] } });
    expect(told).toMatchObject({ status: 202, json: { asked: "redirect" } });
    const ended = await untilRun(run.project, run.runId, undefined, PATIENCE);
    expect(ended.status, ended.logs).toBe("succeeded");
    expect(ended.logs).toContain("told the agent: Finish at once, please.");
    expect(sandbox).toBeDefined();
    const [pull] = await pullsOf();
    const [file] = await filesOf(pull!.number);
    expect(file!.patch).toMatch(/^\+\/\/ begun\n\+\/\/ finished/m);
  });

  it("keeps what it has to repair when a person tells it something in between", async () => {
    const script = [
      "[ $turn = 1 ] && { echo 'function (' >> src/discounts.js; exit 0; }",
      "[ $turn = 2 ] && { echo repairing; sleep 600; }",
      'case "$task" in *"Be brief, please."*"What is wrong with your change so far"*)',
      "  git checkout -q base-commit -- src/discounts.js; echo '// mended' >> src/discounts.js; echo still told;; esac",
    ].join("\n");
    const run = await startAgentRun(script);
    await untilSaid(run, "repairing");
    await steer(run, run.operator, "redirect", { text: "Be brief, please." });
    const ended = await untilRun(run.project, run.runId, undefined, PATIENCE);
    expect(ended.logs).toContain("still told");
    expect(ended.status, ended.logs).toBe("succeeded");
    const [pull] = await pullsOf();
    const [file] = await filesOf(pull!.number);
    expect(file!.patch).toContain("+// mended");
  });

  it("goes on from the last saved patch in a new sandbox when its own was lost", async () => {
    const script = [
      'if git diff base-commit | grep -q begun; then echo "// went on" >> src/discounts.js; exit 0; fi',
      "echo '// begun' >> src/discounts.js; echo working; sleep 600",
    ].join("\n");
    const run = await startAgentRun(script);
    await untilSaid(run, "working");
    await until(
      "the patch is saved",
      async () => {
        const patch = await call("GET", `/jobs/${run.runId}/patch`, { token: run.project.token });
        return patch.text.includes("// begun");
      },
      60_000,
    );
    for (const id of await sandboxesOf(run.runId)) await killSandbox(id);
    const ended = await untilRun(run.project, run.runId, undefined, PATIENCE);
    expect(ended.status, ended.logs).toBe("succeeded");
    expect(ended.logs).toContain("A new one begins with the last saved patch");
    const [pull] = await pullsOf();
    const [file] = await filesOf(pull!.number);
    expect(file!.patch).toMatch(/^\+\/\/ begun\n\+\/\/ went on/m);
  });

  it("leaves its patch behind when the run is cancelled, and another attempt takes it as it is", async () => {
    const run = await startAgentRun();
    await untilSaid(run, "working");
    expect((await steer(run, run.operator, "cancel")).status).toBe(200);
    const cancelled = await readRun(run.project, run.runId);
    expect(cancelled).toMatchObject({ status: "cancelled" });
    expect(cancelled.artifact_url).not.toBeNull();
    await until("the sandbox is gone", async () => (await sandboxesOf(run.runId)).length === 0);
    const again = await steer(run, run.operator, "retry", { from: "proof" });
    const { job_id } = again.json as unknown as { job_id: string };
    await call(
      "POST",
      `/projects/${run.project.projectId}/clusters/${run.clusterId}/plan/approve`,
      {
        headers: run.approver,
        body: { version: 1 },
      },
    );
    const ended = await untilRun(run.project, job_id);
    expect(ended, ended.logs).toMatchObject({ status: "succeeded", retry_of: run.runId });
    expect(ended.branch).toMatch(/-r2$/);
    const [pull] = await pullsOf();
    expect((await filesOf(pull!.number))[0]!.patch).toContain("+// begun");
  });
});

describe("a run that reaches a limit", () => {
  it("waits for a decision; only an approver raises it, and the patch may be taken as it is", async () => {
    const run = await startAgentRun(SLOW_AGENT, { limits: { usd: 2 } });
    await untilSaid(run, "working");
    expect(await readRun(run.project, run.runId)).toMatchObject({
      limits: { minutes: 30, turns: 200, micro_usd: 2_000_000 },
    });
    expect(await runObject(run.runId).reserve(1_500_000)).toBe(true);
    expect(await runObject(run.runId).reserve(1_500_000)).toBe(false);
    const paused = await untilRun(run.project, run.runId, ["waiting", "failed"]);
    expect(paused, paused.logs).toMatchObject({
      status: "waiting",
      waiting_for: "decision",
      pause: { reason: "money" },
      used: { turns: 1, micro_usd: 1_500_000 },
      spent_micro_usd: 1_500_000,
    });
    expect(await readCluster(run.project, run.clusterId)).toMatchObject({ status: "fixing" });
    expect((await steer(run, run.operator, "resume")).status).toBe(409);
    const limits = { usd: 3 };
    expect((await steer(run, run.operator, "resume", { limits })).status).toBe(403);
    const raised = await steer(run, run.approver, "resume", { limits });
    expect(raised, raised.text).toMatchObject({
      status: 202,
      json: { limits: { micro_usd: 3_000_000 } },
    });
    await until(
      "the agent works again",
      async () => (await runObject(run.runId).use()).refused === null,
    );
    expect(await runObject(run.runId).reserve(1_400_000)).toBe(true);
    await steer(run, run.operator, "pause");
    await untilRun(run.project, run.runId, ["waiting"]);
    expect((await steer(run, run.operator, "resume", { from: "proof" })).status).toBe(202);
    const ended = await untilRun(run.project, run.runId, undefined, PATIENCE);
    expect(ended.status, ended.logs).toBe("succeeded");
  });

  it("is paused when its time or its model calls are used up", async () => {
    const run = await startAgentRun(SLOW_AGENT, { limits: { turns: 1 } });
    await untilSaid(run, "working");
    await runObject(run.runId).reserve(1);
    await runObject(run.runId).reserve(1);
    const paused = await untilRun(run.project, run.runId, ["waiting", "failed"]);
    expect(paused, paused.logs).toMatchObject({ pause: { reason: "turns" } });
    const raised = await steer(run, run.approver, "resume", { limits: { turns: 5 } });
    expect(raised.status, raised.text).toBe(202);
    await env.DB.prepare(
      "UPDATE runs SET limits = json_set(limits, '$.minutes', 0.01) WHERE id = ?",
    )
      .bind(run.runId)
      .run();
    const late = await untilRun(run.project, run.runId, ["waiting", "failed"]);
    expect(late, late.logs).toMatchObject({ pause: { reason: "minutes" } });
  });
});

describe("a pause", () => {
  it("is heard by the next Workflow instance when the first one died", async () => {
    const project = await makeFixProject({ test_command: "sleep 3" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    const run = { project, runId };
    await untilSaid(run, "Sandbox locked");
    await steer(run, { authorization: `Bearer ${project.token}` }, "pause");
    await env.DB.prepare("UPDATE runs SET heartbeat_at = heartbeat_at - 91000").run();
    await sweep();
    const paused = await untilRun(project, runId, ["waiting", "failed", "succeeded"]);
    expect(paused, paused.logs).toMatchObject({ waiting_for: "decision" });
    await until("the sandbox is gone", async () => (await sandboxesOf(runId)).length === 0);
    const token = { authorization: `Bearer ${project.token}` };
    await steer(run, token, "resume");
    const ended = await untilRun(project, runId);
    expect(ended.status, ended.logs).toBe("succeeded");
  });
});

describe("runs of a project with room for one", () => {
  it("wait in line, are told their place, and start as soon as there is room", async () => {
    const project = await makeFixProject({ setup_command: setUpAgent(SLOW_AGENT) });
    const body = { settings: { concurrent_runs: 1 } };
    await call("PATCH", "/projects/~", { token: project.token, body });
    const start = (clusterId: string) => pressAgent(project, clusterId);
    const one = await start(await clusterOf(project, crashReport("coupon")));
    await untilRun(project, one, ["running"]);
    const two = await start(await clusterOf(project, crashReport("shipping")));
    const three = await start(await clusterOf(project, crashReport("invoice")));
    await until(
      "the messages were heard",
      async () => (await readRun(project, three)).queue_position === 2,
    );
    expect(await readRun(project, two)).toMatchObject({ status: "pending", queue_position: 1 });
    await sweep();
    expect((await readRun(project, two)).status).toBe("pending");
    const token = { authorization: `Bearer ${project.token}` };
    await steer({ project, runId: two }, token, "pause");
    expect(await readRun(project, two)).toMatchObject({ waiting_for: "decision" });
    await steer({ project, runId: one }, token, "cancel");
    await untilRun(project, three, ["running"]);
    await steer({ project, runId: two }, token, "resume");
    expect(await readRun(project, two)).toMatchObject({ queue_position: 1 });
    await steer({ project, runId: three }, token, "cancel");
    await untilRun(project, two, ["running"]);
    await steer({ project, runId: two }, token, "cancel");
  });
});

async function pressAgent(project: TestProject, clusterId: string): Promise<string> {
  const { json } = await call("POST", `/clusters/${clusterId}/start_fix`, {
    token: project.token,
    body: { runner: "sandbox_kilo" },
  });
  return (json as unknown as { job_id: string }).job_id;
}

/** What cron does each minute. */
async function sweep(): Promise<void> {
  const controller = createScheduledController({ cron: "* * * * *", scheduledTime: new Date() });
  await worker.scheduled(controller, env as unknown as Env);
}
