import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../../worker/env";
import worker from "../../../worker/index";
import { subjectToken } from "../../../worker/kit/secrets";
import type { PlanView } from "../../../worker/fix/views";
import { call, makeProject, signInAs, type TestProject } from "../../builders/api";
import {
  clusterOf,
  crashReport,
  freshWorld,
  makeFixProject,
  press,
  pullsOf,
  readCluster,
  readRun,
  sandboxesOf,
  until,
  untilRun,
} from "../../builders/fix";
import { sendClosed } from "../../builders/hooks";

beforeEach(freshWorld);

const DARK_MODE = { title: "Dark mode", body: "Please add a dark theme to the settings page." };
const SEALING_KEY = "a-sealing-key-for-tests-only-0123456789";

const ownToken = (runId: string) => subjectToken(SEALING_KEY, "scr_", runId);

describe("approval", () => {
  it("holds a token's run until a person who may approve has approved the newest plan", async () => {
    const project = await makeProject(undefined, { test_command: "true" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    expect((await readRun(project, runId)).status).toBe("waiting");
    const plan = await planOf(project, clusterId);
    expect(plan).toMatchObject({ version: 1, approved_by: null });
    const approve = `/projects/${project.projectId}/clusters/${clusterId}/plan/approve`;
    const body = { version: 1 };
    const byToken = await call("POST", approve, { token: project.token, body });
    expect(byToken).toMatchObject({ status: 403, json: { code: "forbidden" } });
    const operator = await signInAs(project.projectId, "operator");
    expect((await call("POST", approve, { headers: operator, body })).status).toBe(403);
    const approver = await signInAs(project.projectId, "approver");
    const old = await call("POST", approve, { headers: approver, body: { version: 2 } });
    expect(old).toMatchObject({ status: 409, json: { code: "stale_version" } });
    const approved = await call("POST", approve, { headers: approver, body });
    expect(approved.status, approved.text).toBe(200);
    expect((approved.json as unknown as PlanView).approved_by).toMatch(/^user:/);
    const run = await untilRun(project, runId);
    expect(run.status, run.logs).toBe("succeeded");
    expect((await pullsOf())[0]!.body).toContain("Plan version 1, approved by ");
  });

  it("is given by the press of an approver, and missing from the press of an operator", async () => {
    const project = await makeProject(undefined, { test_command: "true" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const path = `/projects/${project.projectId}/clusters/${clusterId}/start_fix`;
    const operator = await signInAs(project.projectId, "operator");
    const held = await call("POST", path, { headers: operator, body: {} });
    expect(held).toMatchObject({ status: 202, json: { status: "waiting" } });
    const runId = (held.json as unknown as { job_id: string }).job_id;
    await call("POST", `/jobs/${runId}/cancel`, { token: project.token });
    const approver = await signInAs(project.projectId, "approver");
    const pressed = await call("POST", path, {
      headers: approver,
      body: { runner: "repair_rules", plan_version: 1 },
    });
    expect(pressed).toMatchObject({ status: 202, json: { status: "pending" } });
    const run = await untilRun(project, (pressed.json as unknown as { job_id: string }).job_id);
    expect(run.status, run.logs).toBe("succeeded");
  });
});

describe("a plan", () => {
  it("is made, edited as a new version, and refused when somebody else was faster", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, crashReport("shipping"));
    const path = `/clusters/${clusterId}/plan`;
    expect((await call("GET", path, { token: project.token })).status).toBe(404);
    const made = await call("POST", path, { token: project.token });
    expect(made.status, made.text).toBe(201);
    const plan = made.json as unknown as PlanView;
    expect(plan.version).toBe(1);
    expect(plan.candidate_files[0]).toMatchObject({ path: "src/shipping.js", line: 16 });
    expect(plan.base_sha).toMatch(/^[0-9a-f]{40}$/);
    const { summary, hypotheses, candidate_files, steps, validation } = plan;
    const content = { summary, hypotheses, candidate_files, steps, validation };
    const edit = { ...content, steps: ["Guard the address."], version: 1 };
    const saved = await call("PUT", path, { token: project.token, body: edit });
    expect(saved).toMatchObject({ status: 200, json: { version: 2, approved_by: null } });
    const again = await call("PUT", path, { token: project.token, body: edit });
    expect(again).toMatchObject({ status: 409, json: { code: "stale_version" } });
    expect(await planOf(project, clusterId)).toMatchObject({
      version: 2,
      steps: ["Guard the address."],
      crash: plan.crash,
    });
    const empty = await call("PUT", path, {
      token: project.token,
      body: { ...edit, summary: " ", version: 2 },
    });
    expect(empty.status).toBe(400);
  });
});

describe("start_fix", () => {
  it("names the setting that is missing for a runner", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const without = { ...env, MODEL_BASE_URL: "", MODEL_API_KEY: "", GEMINI_API_KEY: "" };
    const answer = await worker.fetch(
      new Request(`http://api.test/clusters/${clusterId}/start_fix`, {
        method: "POST",
        headers: { authorization: `Bearer ${project.token}`, "content-type": "application/json" },
        body: JSON.stringify({ runner: "sandbox_kilo" }),
      }) as unknown as Request<unknown, IncomingRequestCfProperties>,
      without as unknown as Env,
      createExecutionContext(),
    );
    expect(answer.status).toBe(422);
    const problem = await answer.json<{ code: string; detail: string }>();
    expect(problem.code).toBe("runner_unavailable");
    expect(problem.detail).toContain("GEMINI_API_KEY");
    expect(problem.detail).toContain("MODEL_BASE_URL");
    expect(await readCluster(project, clusterId)).toMatchObject({ status: "new" });
  });

  it("asks for a repository where none is connected, and knows no strange cluster", async () => {
    const project = await makeFixProject({ github_repo: null });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const body = { runner: "repair_rules" };
    const options = { token: project.token, body };
    const unconnected = await call("POST", `/clusters/${clusterId}/start_fix`, options);
    expect(unconnected).toMatchObject({ status: 422, json: { code: "repository_missing" } });
    expect(await readCluster(project, clusterId)).toMatchObject({ status: "new" });
    expect((await call("POST", "/clusters/nope/start_fix", options)).status).toBe(404);
  });
});

describe("a running run", () => {
  it("can be cancelled: its sandbox ends, its cluster is new again, and nothing is pushed", async () => {
    const project = await makeFixProject({ test_command: "sleep 3" });
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const runId = await press(project, clusterId);
    await until("the sandbox is there", async () => (await sandboxesOf(runId)).length === 1);
    const cancelled = await call("POST", `/jobs/${runId}/cancel`, { token: project.token });
    expect(cancelled).toMatchObject({ status: 200, json: { status: "cancelled" } });
    expect(await readCluster(project, clusterId)).toMatchObject({ status: "new" });
    await until("the sandbox is gone", async () => (await sandboxesOf(runId)).length === 0);
    const twice = await call("POST", `/jobs/${runId}/cancel`, { token: project.token });
    expect(twice).toMatchObject({ status: 409, json: { code: "illegal_transition" } });
    expect(await pullsOf()).toEqual([]);
  });

  it("is changed by its own token only, and only as the rules allow", async () => {
    const project = await makeProject(undefined, { test_command: "true" });
    const one = await press(project, await clusterOf(project, crashReport("coupon")));
    const two = await press(project, await clusterOf(project, DARK_MODE));
    expect(one).not.toBe(two);
    const token = await ownToken(one);
    const path = (id: string) => `/projects/${project.projectId}/jobs/${id}`;
    const fail = { status: "failed", error: "The agent gave up." };

    const byAdmin = await call("PATCH", path(one), { token: project.token, body: fail });
    expect(byAdmin).toMatchObject({ status: 403, json: { code: "forbidden" } });
    expect((await call("PATCH", path(one), { body: fail })).status).toBe(401);
    const forged = `${token.slice(0, -3)}AAA`;
    expect((await call("PATCH", path(one), { token: forged, body: fail })).status).toBe(401);
    expect((await call("PATCH", path(two), { token, body: fail })).status).not.toBe(200);
    expect((await readRun(project, two)).status).toBe("waiting");

    const beat = await call("PATCH", path(one), { token, body: { log: "Reading the code." } });
    expect(beat, beat.text).toMatchObject({ status: 200, json: { status: "waiting" } });
    expect((await readRun(project, one)).logs).toContain("Reading the code.");
    const success = await call("PATCH", path(one), { token, body: { status: "succeeded" } });
    expect(success.status).toBe(400);
    const failed = await call("PATCH", path(one), { token, body: fail });
    expect(failed).toMatchObject({ status: 200, json: { status: "failed", error: fail.error } });
    const dead = await call("PATCH", path(one), { token, body: { log: "Still here?" } });
    expect(dead.status, "a token dies with its run").toBe(401);
  });

  it("cannot be read or changed from another project", async () => {
    const project = await makeProject("one@example.com", { test_command: "true" });
    const other = await makeProject("two@example.com");
    const runId = await press(project, await clusterOf(project, crashReport("coupon")));
    const answers = await Promise.all([
      call("GET", `/jobs/${runId}`, { token: other.token }),
      call("GET", `/jobs/${runId}/logs`, { token: other.token }),
      call("GET", `/jobs/${runId}/patch`, { token: other.token }),
      call("POST", `/jobs/${runId}/cancel`, { token: other.token }),
      call("PATCH", `/projects/${other.projectId}/jobs/${runId}`, {
        token: await ownToken(runId),
        body: { status: "failed" },
      }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404, 404, 404]);
    expect((await readRun(project, runId)).status).toBe("waiting");
  });
});

describe("a pull request that is closed on the forge", () => {
  it("makes its cluster merged, and a new report of the same makes it regressed", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, crashReport("coupon"));
    const run = await untilRun(project, await press(project, clusterId));
    expect(run.status, run.logs).toBe("succeeded");
    const [pull] = await pullsOf();
    expect((await sendClosed(project, pull!, true, "wrong secret, sixteen")).status).toBe(401);
    expect((await readCluster(project, clusterId)).status).toBe("pr_opened");
    const merged = await sendClosed(project, pull!, true);
    expect(merged.status, merged.text).toBe(202);
    expect(await readCluster(project, clusterId)).toMatchObject({
      status: "merged",
      github_pr_url: pull!.html_url,
    });
    expect(await clusterOf(project, crashReport("coupon", "It is back"))).toBe(clusterId);
    expect(await readCluster(project, clusterId)).toMatchObject({
      status: "regressed",
      github_pr_url: pull!.html_url,
    });
    const { n } = (await env.DB.prepare("SELECT count(*) AS n FROM clusters").first<{
      n: number;
    }>())!;
    expect(n).toBe(1);
  });

  it("sends its cluster back to new when it was not merged, and leaves strangers' alone", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, crashReport("coupon"));
    await untilRun(project, await press(project, clusterId));
    const [pull] = await pullsOf();
    await sendClosed(project, { ...pull!, number: pull!.number + 100 }, true);
    expect((await readCluster(project, clusterId)).status).toBe("pr_opened");
    await sendClosed(project, pull!, false);
    const cluster = await readCluster(project, clusterId);
    expect(cluster.status).toBe("new");
    expect(cluster.error_message).toContain("closed without a merge");
  });
});

async function planOf(project: TestProject, clusterId: string): Promise<PlanView> {
  const { json } = await call("GET", `/clusters/${clusterId}/plan`, { token: project.token });
  return json as unknown as PlanView;
}
