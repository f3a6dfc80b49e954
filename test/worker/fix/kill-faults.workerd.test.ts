import { createScheduledController, env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../../worker/index";
import type { Env } from "../../../worker/env";
import type { TestProject } from "../../builders/api";
import {
  clusterOf,
  commitsOf,
  crashReport,
  forgeFault,
  freshWorld,
  killSandbox,
  makeFixProject,
  pause,
  press,
  pullsOf,
  readRun,
  sandboxesOf,
  until,
  untilRun,
  wholeLog,
} from "../../builders/fix";

/** Each run begins anew a dozen times. */
const PATIENCE = 400_000;
vi.setConfig({ testTimeout: PATIENCE + 60_000 });

/** All that a run writes is in one batch with its own row. */
const OF_RUNS = /\b(?:insert into|update) "runs"/i;

const database = Object.getPrototypeOf(env.DB) as D1Database;
const { batch } = database;

beforeEach(freshWorld);
afterEach(() => {
  database.batch = batch;
});

/** One pull request with one commit, the run's own; the sandboxes gone; and everything said once. */
async function expectOnePull(project: TestProject, runId: string): Promise<void> {
  const run = await untilRun(project, runId, undefined, PATIENCE);
  expect(run.status, `${run.error}\n${run.logs}`).toBe("succeeded");
  expect(run.verdict, run.logs).toBe("proven");
  expect((await pullsOf()).map((pull) => pull.head.ref)).toEqual([run.branch]);
  expect(await commitsOf(run.branch!)).toHaveLength(2);
  const log = await wholeLog(project, runId);
  expect(log.filter((event) => event.kind === "end")).toHaveLength(1);
  expect(log.map((event) => event.seq)).toEqual(log.map((_, i) => i + 1));
  await until("the sandboxes are gone", async () => (await sandboxesOf(runId)).length === 0);
}

/** Does something at the first sight of each stage, until the run has ended. Answers the stages in which it was done. */
async function atEachStage(
  project: TestProject,
  runId: string,
  act: (stage: string) => Promise<void>,
): Promise<string[]> {
  const seen: string[] = [];
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const run = await readRun(project, runId);
    if (run.status !== "running" && run.status !== "pending") return seen;
    // Stages say how long they took: the one after the last of these is at work.
    const stage = [...run.logs.matchAll(/\[([\w-]+)\] Took /g)].at(-1)?.[1];
    if (stage !== undefined && !seen.includes(stage)) {
      seen.push(stage);
      await act(stage);
    }
    await pause(20);
  }
  throw new Error(`The run did not end: ${(await readRun(project, runId)).logs}`);
}

async function start(settings: { test_command?: string } = {}) {
  const project = await makeFixProject({ test_command: "npm test", ...settings });
  const clusterId = await clusterOf(project, crashReport("coupon"));
  return { project, clusterId, runId: await press(project, clusterId) };
}

/** What cron does each minute, when the run's heart has not beaten for long. */
async function takeOver(): Promise<void> {
  await env.DB.prepare("UPDATE runs SET heartbeat_at = heartbeat_at - 91000").run();
  const controller = createScheduledController({ cron: "* * * * *", scheduledTime: new Date() });
  await worker.scheduled(controller, env as unknown as Env);
}

describe("a run", () => {
  it("that loses its Workflow after each of its stages ends with one pull request", async () => {
    const { project, runId } = await start();
    const stages = await atEachStage(project, runId, takeOver);
    expect(stages).toEqual(
      expect.arrayContaining(["sandbox", "test-before", "work", "collect", "check-patch"]),
    );
    await expectOnePull(project, runId);
  });

  it("that loses its sandboxes after each of its stages ends with one pull request", async () => {
    const { project, runId } = await start();
    await atEachStage(project, runId, async () => {
      // A person would be asked after the fourth; here nobody answers.
      await env.DB.prepare("UPDATE runs SET recoveries = 0").run();
      for (const id of await sandboxesOf(runId)) await killSandbox(id);
    });
    await expectOnePull(project, runId);
  });
});

describe("a database that fails twice at each kind of write", () => {
  it.each([
    ["before it has written", false],
    ["after it has written", true],
  ])("%s: one pull request, and an end that is told", async (_, written) => {
    const { project, runId } = await start();
    const failed = new Map<string, number>();
    database.batch = async function <T>(this: D1Database, statements: D1PreparedStatement[]) {
      const sql = statements
        .map((one) => (one as unknown as { statement: string }).statement)
        .join();
      const times = (failed.get(sql) ?? 0) + 1;
      failed.set(sql, times);
      const fails = times <= 2 && OF_RUNS.test(sql);
      if (fails && !written) throw new Error("D1_ERROR: Network connection lost.");
      const results = await batch.call(this, statements);
      if (fails) throw new Error("D1_ERROR: Network connection lost.");
      return results as D1Result<T>[];
    };
    await untilRun(project, runId, undefined, PATIENCE);
    database.batch = batch;
    expect(failed.size).toBeGreaterThan(5);
    await until("the end is told", async () =>
      (await readRun(project, runId)).logs.includes("[end]"),
    );
    await expectOnePull(project, runId);
  });
});

describe("a code host that conflicts, or names a time", () => {
  const PLACES = ["/git/blobs", "/git/trees", "/git/commits", "/git/refs", "/pulls"];

  it.each([
    ["409", { kind: "status", status: 409 }],
    ["403 with a time to wait", { kind: "status", status: 403, retryAfterSeconds: 1 }],
  ] as const)("once at each call, with %s: one pull request", async (_, fault) => {
    for (const match of PLACES) await forgeFault({ match, method: "POST", times: 1, ...fault });
    const { project, runId } = await start();
    await expectOnePull(project, runId);
  });

  it.each(PLACES)(
    "and refuses for good at %s: the run fails in plain words and keeps its patch",
    async (match) => {
      await forgeFault({ match, method: "POST", times: 99, kind: "status", status: 422 });
      const { project, runId } = await start({ test_command: "true" });
      const run = await untilRun(project, runId, undefined, PATIENCE);
      // A branch that is there already is no refusal, so a host that says so of one that is not never gets an end of it.
      expect(run.status, run.logs).toBe("failed");
      expect(run.error).toMatch(/code host refused the change|failed repeatedly/);
      expect(run.artifact_url).not.toBeNull();
      expect(await pullsOf()).toEqual([]);
    },
  );
});
