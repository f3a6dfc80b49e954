import { beforeEach, describe, expect, it } from "vitest";
import { call } from "../../builders/api";
import { startAgentRun, steer, untilSaid } from "../../builders/agent";
import {
  clusterOf,
  crashReport,
  filesOf,
  freshWorld,
  makeFixProject,
  press,
  pullsOf,
  readRun,
  sandboxesOf,
  until,
  untilRun,
} from "../../builders/fix";

beforeEach(freshWorld);

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

describe("steering", () => {
  it("is refused where there is nothing to steer, and to whoever may not", async () => {
    const project = await makeFixProject({ test_command: "sleep 1.5" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    const token = { authorization: `Bearer ${project.token}` };
    const of = { project, runId };
    expect((await steer(of, token, "resume")).status).toBe(409);
    expect((await steer(of, token, "retry")).status).toBe(409);
    expect(await steer(of, token, "redirect", { text: "Stop" })).toMatchObject({
      status: 403,
      json: { code: "forbidden" },
    });
    expect((await steer(of, token, "redirect", { text: " " })).status).toBe(400);
    await call("POST", `/jobs/${runId}/cancel`, { token: project.token });
    expect((await steer(of, token, "pause")).status).toBe(409);
    expect(await steer(of, token, "retry", { from: "work" })).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining("no patch") },
    });
    const again = await steer(of, token, "retry");
    expect(again.status, again.text).toBe(202);
    const { job_id } = again.json as unknown as { job_id: string };
    expect(await readRun(project, job_id)).toMatchObject({ retry_of: runId, attempt: 2 });
  });
});
