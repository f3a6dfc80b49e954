import { createScheduledController } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../../worker/env";
import { soakEnd } from "../../../worker/fix/pass-soak";
import worker from "../../../worker/index";
import type { ClusterDetail } from "../../../worker/triage/views";
import { call, type TestProject } from "../../builders/api";
import { clusterOf, crashReport, makeFixProject, readRun, withPull } from "../../builders/fix";
import { sendClosed, sendReopened } from "../../builders/hooks";

const DAY_MS = 24 * 60 * 60 * 1000;

describe("a fix that was merged", () => {
  it("is resolved once its cluster was quiet for the soak time, and not before", async () => {
    const project = await makeFixProject();
    const { clusterId, runId } = await merged(project);
    const cluster = await readDetail(project, clusterId);
    const left = Date.parse(cluster.soak_until!) - Date.parse(cluster.merged_at!);
    expect(left).toBe(7 * DAY_MS);
    expect((await readRun(project, runId)).pr_state).toBe("merged");
    await cron();
    expect((await readDetail(project, clusterId)).status).toBe("merged");
    await age(clusterId, 7 * DAY_MS);
    await cron();
    expect(await readDetail(project, clusterId)).toMatchObject({
      status: "resolved",
      soak_until: null,
    });
    const audited = await env.DB.prepare(
      "SELECT actor FROM audit_log WHERE action = 'cluster.soak_passed' AND target = ?",
    )
      .bind(`cluster:${clusterId}`)
      .all();
    expect(audited.results).toEqual([{ actor: "system:cron" }]);
  });

  it("waits for as long as the project says, and anew after an event that was only counted", async () => {
    const project = await makeFixProject();
    const body = { settings: { soak_days: 0.5 } };
    await call("PATCH", "/projects/~", { token: project.token, body });
    const { clusterId } = await merged(project);
    await age(clusterId, DAY_MS);
    const seen = Date.now() - DAY_MS / 4;
    await env.DB.prepare("UPDATE clusters SET last_seen_at = ?").bind(seen).run();
    await cron();
    const cluster = await readDetail(project, clusterId);
    expect(cluster.status).toBe("merged");
    expect(Date.parse(cluster.soak_until!)).toBe(seen + DAY_MS / 2);
    await age(clusterId, DAY_MS / 2);
    await cron();
    expect((await readDetail(project, clusterId)).status).toBe("resolved");
  });

  it("has failed when the problem is reported again: regressed, with the pull request that did not hold", async () => {
    const project = await makeFixProject();
    const { clusterId, pull } = await merged(project);
    await age(clusterId, 7 * DAY_MS);
    await cron();
    expect(await clusterOf(project, crashReport("coupon", "It is back"))).toBe(clusterId);
    expect(await readDetail(project, clusterId)).toMatchObject({
      status: "regressed",
      regressed_pr_url: pull.html_url,
    });
    const second = await withPull(project, { clusterId, number: 13, attempt: 2 });
    expect(await readDetail(project, clusterId)).toMatchObject({
      status: "pr_opened",
      regressed_pr_url: pull.html_url,
    });
    await sendClosed(project, second.pull, true);
    expect(await readDetail(project, clusterId)).toMatchObject({
      status: "merged",
      regressed_pr_url: null,
    });
  });

  it("counts when it is an earlier attempt's, and an earlier attempt that is closed changes nothing", async () => {
    const project = await makeFixProject();
    const first = await withPull(project, { number: 12 });
    const { clusterId } = first;
    await withPull(project, { clusterId, number: 13, attempt: 2 });
    await sendClosed(project, first.pull, false);
    expect((await readDetail(project, clusterId)).status).toBe("pr_opened");
    expect((await readRun(project, first.runId)).pr_state).toBe("closed");
    await sendClosed(project, first.pull, true);
    expect(await readDetail(project, clusterId)).toMatchObject({
      status: "merged",
      github_pr_url: first.pull.html_url,
    });
  });
});

describe("a pull request that is opened again", () => {
  it("speaks for its cluster again, once as often as it is told", async () => {
    const project = await makeFixProject();
    const { clusterId, runId, pull } = await withPull(project, { number: 12 });
    await sendClosed(project, pull, false);
    expect(await readDetail(project, clusterId)).toMatchObject({ status: "new" });
    for (let told = 0; told < 2; told++) {
      expect((await sendReopened(project, pull)).status).toBe(202);
      expect(await readDetail(project, clusterId)).toMatchObject({
        status: "pr_opened",
        error_message: null,
        github_pr_url: pull.html_url,
      });
    }
    expect((await readRun(project, runId)).pr_state).toBe("open");
    // And is closed, and merged, as any other.
    await sendClosed(project, pull, true);
    expect((await readDetail(project, clusterId)).status).toBe("merged");
  });

  it("is an earlier attempt's: the later one's stays the cluster's while it is open", async () => {
    const project = await makeFixProject();
    const first = await withPull(project, { number: 12 });
    const { clusterId } = first;
    await sendClosed(project, first.pull, false);
    const second = await withPull(project, { clusterId, number: 13, attempt: 2 });
    await sendReopened(project, first.pull);
    expect(await readDetail(project, clusterId)).toMatchObject({
      status: "pr_opened",
      github_pr_url: second.pull.html_url,
    });
    expect((await readRun(project, first.runId)).pr_state).toBe("open");
  });
});

describe("the end of the soak time", () => {
  it("is counted from the merge or from the last report, whichever came later", () => {
    expect(soakEnd({ mergedAt: 1_000, lastSeenAt: 500 }, 100)).toBe(1_100);
    expect(soakEnd({ mergedAt: 1_000, lastSeenAt: 1_500 }, 100)).toBe(1_600);
    expect(soakEnd({ mergedAt: null, lastSeenAt: 1_500 }, 100)).toBe(1_600);
  });
});

async function merged(project: TestProject) {
  const opened = await withPull(project, { number: 12 });
  expect((await sendClosed(project, opened.pull, true)).status).toBe(202);
  return opened;
}

async function readDetail(project: TestProject, id: string): Promise<ClusterDetail> {
  const { json } = await call("GET", `/clusters/${id}`, { token: project.token });
  return json as unknown as ClusterDetail;
}

/** As if that much time had gone by since all that the cluster knows of. */
async function age(clusterId: string, ms: number): Promise<void> {
  await env.DB.prepare(
    "UPDATE clusters SET merged_at = merged_at - ?1, soak_until = soak_until - ?1, last_seen_at = last_seen_at - ?1 WHERE id = ?2",
  )
    .bind(ms, clusterId)
    .run();
}

async function cron(): Promise<void> {
  const controller = createScheduledController({ cron: "* * * * *", scheduledTime: new Date() });
  await worker.scheduled(controller, env as unknown as Env);
}
