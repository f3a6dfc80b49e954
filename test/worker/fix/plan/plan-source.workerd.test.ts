import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { PlanView } from "../../../../worker/fix/views";
import type { SourceIndex } from "../../../../worker/fix/plan/source-index";
import { call, type TestProject } from "../../../builders/api";
import { clusterOf, forgeFault, freshWorld, makeFixProject } from "../../../builders/fix";
import type { RecordedRequest } from "../../../world/stand-in";

beforeEach(freshWorld);

const REPORT = { title: "Revenue of the month is too low", body: "topSellers forgets refunds." };

async function planFor(project: TestProject, clusterId: string): Promise<PlanView> {
  const { json, status, text } = await call("POST", `/clusters/${clusterId}/plan`, {
    token: project.token,
  });
  expect(status, text).toBe(201);
  return json as unknown as PlanView;
}

async function archivesAsked(): Promise<number> {
  const response = await fetch(`${env.WORLD.forge}/__world/requests`);
  const requests = (await response.json()) as RecordedRequest[];
  return requests.filter(({ path }) => /tarball/.test(path)).length;
}

describe("the source that a plan searches", () => {
  it("is read once for a commit, and kept for the project", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, REPORT);
    const first = await planFor(project, clusterId);
    expect(first.candidate_files[0]).toMatchObject({
      path: "src/reports.js",
      reason: expect.stringContaining("`topSellers`, which the reports quote"),
    });
    const key = `source/${project.projectId}/acme/orders/${first.base_sha}.json`;
    const index = (await (await env.ARCHIVE.get(key))!.json()) as SourceIndex;
    expect(index.complete).toBe(true);
    const paths = index.files.map(([path]) => path);
    expect(paths).toContain("src/reports.js");
    expect(paths).not.toContain("AGENTS.md");

    const asked = await archivesAsked();
    expect(asked).toBe(1);
    const second = await planFor(project, clusterId);
    expect(second.candidate_files).toEqual(first.candidate_files);
    expect(await archivesAsked()).toBe(asked);
  });

  it("may be missing: then paths and stack traces have to do", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, { ...REPORT, title: "Reports of the shop lie" });
    await forgeFault({ match: "tarball", kind: "status", status: 500 });
    const plan = await planFor(project, clusterId);
    expect(plan.candidate_files[0]).toMatchObject({ path: "src/reports.js" });
    expect((await env.ARCHIVE.list({ prefix: "source/" })).objects).toEqual([]);
  });
});

describe("a project that asks for approvals", () => {
  async function statusOfPress(settings: object): Promise<string> {
    const project = await makeFixProject({ approval_required: true });
    const clusterId = await clusterOf(project, REPORT);
    const change = await call("PATCH", "/projects/~", { token: project.token, body: { settings } });
    expect(change.status, change.text).toBe(200);
    const { json } = await call("POST", `/clusters/${clusterId}/start_fix`, {
      token: project.token,
      body: { runner: "repair_rules" },
    });
    const { job_id: id, status } = json as unknown as { job_id: string; status: string };
    await call("POST", `/jobs/${id}/cancel`, { token: project.token });
    return status;
  }

  it("asks for none where all reports come from sources that it trusts", async () => {
    expect(await statusOfPress({ trusted_sources: ["manual"] })).toBe("pending");
  });

  it("asks where it trusts others, or nobody", async () => {
    expect(await statusOfPress({ trusted_sources: ["sentry"] })).toBe("waiting");
    expect(await statusOfPress({})).toBe("waiting");
  });

  it("cannot trust what anyone may write", async () => {
    const project = await makeFixProject();
    const body = { settings: { trusted_sources: ["reddit"] } };
    expect((await call("PATCH", "/projects/~", { token: project.token, body })).status).toBe(400);
  });
});
