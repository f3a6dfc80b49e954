import { beforeEach, describe, expect, it } from "vitest";
import { call } from "../../builders/api";
import { steer } from "../../builders/agent";
import {
  clusterOf,
  crashReport,
  freshWorld,
  makeFixProject,
  press,
  readRun,
} from "../../builders/fix";

beforeEach(freshWorld);

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
