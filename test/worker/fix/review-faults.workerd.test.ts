import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { makeAgentProject } from "../../builders/agent";
import { call, type TestProject } from "../../builders/api";
import {
  clusterOf,
  crashReport,
  filesOf,
  freshWorld,
  makeFixProject,
  press,
  pullsOf,
  readCluster,
  untilRun,
  wholeLog,
} from "../../builders/fix";
import { modelBodies, modelFault, script } from "../../builders/model";
// eslint-disable-next-line import/default -- the file as text, by vite
import sample from "../../world/sample/src/discounts.js?raw";
import { COUPON_FILE, CURE, cured, WRITE_TEST } from "./runners/coupon";

const NO_PLAN = { text: "I have no plan." };
const NOTHING_FOUND = { text: '{"findings":[]}' };

function found(problem: string, blocking = true) {
  const findings = [{ blocking, path: COUPON_FILE, line: 3, problem }];
  return { text: JSON.stringify({ findings }) };
}

function patch(content: string, summary = "Now it holds.") {
  const files = [{ path: COUPON_FILE, updated_content: content }];
  return { text: JSON.stringify({ files, summary }) };
}

/** A run with two turns of an agent takes most of a minute on a busy machine. */
const PATIENCE = 150_000;
vi.setConfig({ testTimeout: PATIENCE + 30_000 });

beforeEach(async () => {
  await freshWorld();
});

async function runOf(project: TestProject, runner: "llm_patch" | "sandbox_kilo" | "repair_rules") {
  const clusterId = await clusterOf(project, crashReport("coupon"));
  const id = await press(project, clusterId, runner);
  const run = await untilRun(project, id, ["succeeded", "failed", "waiting"], PATIENCE);
  const log = (await wholeLog(project, id)).map(({ text }) => text).join("\n");
  return { run, clusterId, log };
}

describe("blocking findings of the review", () => {
  it("send one model call back once, and the second change goes out", async () => {
    const first = `${cured(sample)}export const left = 1;\n`;
    const plain = [
      NO_PLAN,
      patch(first),
      found("It leaves an export behind."),
      patch(cured(sample)),
    ];
    await script({ plain: [...plain, NOTHING_FOUND] });
    const { run, log } = await runOf(await makeFixProject(), "llm_patch");
    expect(run.status, log).toBe("succeeded");
    const [pull] = await pullsOf();
    const [file] = await filesOf(pull!.number);
    expect(file!.patch).not.toContain("left");
    expect(pull!.body).not.toContain("Not settled");
    const told = (await modelBodies()).map(({ body }) => body);
    expect(told.filter((body) => body.includes("It leaves an export behind."))).toHaveLength(1);
  });

  it("send an agent back once; what stays goes into the pull request", async () => {
    await script({
      plain: [NO_PLAN, found("It is not enough."), found("It is still not enough.")],
    });
    const project = await makeAgentProject(
      `[ $turn = 1 ] && { ${CURE}\n${WRITE_TEST}\n}\necho "// turn $turn" >> ${COUPON_FILE}; echo "$task"`,
    );
    const { run, log } = await runOf(project, "sandbox_kilo");
    expect(run.status, log).toBe("succeeded");
    expect(log).toContain("the review found what must not go out");
    expect(log).toContain("It is not enough.");
    const [pull] = await pullsOf();
    const patches = (await filesOf(pull!.number)).map((file) => file.patch).join("\n");
    expect(patches).toContain("// turn 2");
    expect(patches).not.toContain("// turn 3");
    expect(pull!.body).toContain(`**Not settled:** ${COUPON_FILE}:3: It is still not enough.`);
  });

  it("go into the pull request at once where the runner cannot mend its change", async () => {
    await script({ plain: [NO_PLAN, found("It hides @everyone's problem.")] });
    const project = await makeFixProject();
    const body = { settings: { review_request: { comment: "@review-bot review" } } };
    await call("PATCH", "/projects/~", { token: project.token, body });
    const { run, log } = await runOf(project, "repair_rules");
    expect(run.status, log).toBe("succeeded");
    const [pull] = await pullsOf();
    expect(pull!.body).toContain("**Not settled:**");
    expect(pull!.body).not.toContain("@everyone");
    // The bot that the project names was asked, once.
    const response = await fetch(
      `${env.WORLD.forge}/repos/acme/orders/issues/${pull!.number}/comments`,
      { headers: { authorization: `Bearer ${env.WORLD.forgeToken}`, "user-agent": "tests" } },
    );
    const comments = (await response.json()) as { body: string }[];
    expect(comments.map((comment) => comment.body)).toEqual(["@review-bot review"]);
  });

  it("never come where the model fails: the pull request says that there was no review", async () => {
    await script({ plain: [NO_PLAN, { text: "Looks good to me!" }] });
    const { run } = await runOf(await makeFixProject(), "repair_rules");
    expect(run.status).toBe("succeeded");
    expect((await pullsOf())[0]!.body).toContain("The model gave no review.");
  });
});

describe("a change that does not parse", () => {
  const BROKEN = "export function discountFor( {\n";

  it("goes back once, and may come back whole", async () => {
    await script({ plain: [NO_PLAN, patch(BROKEN), patch(cured(sample)), NOTHING_FOUND] });
    const { run, log } = await runOf(await makeFixProject(), "llm_patch");
    expect(run.status, log).toBe("succeeded");
  });

  it("ends the run the second time, with file and line, and fails the cluster", async () => {
    await script({ plain: [NO_PLAN] });
    const project = await makeAgentProject(`echo 'function (' >> ${COUPON_FILE}`);
    const { run, clusterId } = await runOf(project, "sandbox_kilo");
    expect(run.status).toBe("failed");
    expect(run.error).toMatch(/does not parse, twice: src\/discounts\.js:\d+: /);
    expect(await readCluster(project, clusterId)).toMatchObject({
      status: "failed",
      error_message: run.error,
    });
    expect(await pullsOf()).toEqual([]);
  });
});

const SPENT = { error: { details: [{ violations: [{ quotaId: "RequestsPerDay" }] }] } };

describe("a quota of the day that is spent", () => {
  it("pauses a run before its review, and a person may let the change go out without one", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, crashReport("coupon"));
    await script({ plain: [NO_PLAN] });
    await call("POST", `/clusters/${clusterId}/plan`, { token: project.token });
    await modelFault({ match: "chat", kind: "status", status: 429, body: SPENT, times: 99 });
    const id = await press(project, clusterId, "repair_rules");
    const held = await untilRun(project, id, ["waiting", "failed", "succeeded"], PATIENCE);
    expect(held, held.logs).toMatchObject({ status: "waiting", pause: { reason: "quota" } });
    expect(held.pause!.text).toContain("not reviewed");
    expect(await pullsOf()).toEqual([]);
    const on = await call("POST", `/jobs/${id}/resume`, { token: project.token, body: {} });
    expect(on.status, on.text).toBe(202);
    const run = await untilRun(project, id, ["failed", "succeeded"], PATIENCE);
    expect(run, run.logs).toMatchObject({ status: "succeeded" });
    const [pull] = await pullsOf();
    expect(pull!.body).toContain("There was no review. The model's service has no calls left");
  });

  it("makes a plan from frames and names that says so, and nobody approves it unread", async () => {
    const project = await makeFixProject();
    const clusterId = await clusterOf(project, crashReport("coupon"));
    await modelFault({ match: "chat", kind: "status", status: 429, body: SPENT, times: 99 });
    const { json } = await call("POST", `/clusters/${clusterId}/start_fix`, {
      token: project.token,
      body: { runner: "repair_rules" },
    });
    expect(json).toMatchObject({ status: "waiting" });
    const plan = await call("GET", `/clusters/${clusterId}/plan`, { token: project.token });
    expect(plan.json).toMatchObject({
      approved_at: null,
      notice: expect.stringContaining("no calls left for today"),
    });
  });
});

it("a quota of the day pauses the run of one model call; its decision is left to a person", async () => {
  const body = SPENT;
  const project = await makeFixProject();
  const clusterId = await clusterOf(project, crashReport("coupon"));
  await script({ plain: [NO_PLAN] });
  await call("POST", `/clusters/${clusterId}/plan`, { token: project.token });
  await modelFault({ match: "chat", kind: "status", status: 429, body, times: 9 });
  const id = await press(project, clusterId, "llm_patch");
  const run = await untilRun(project, id, ["waiting", "failed", "succeeded"], PATIENCE);
  expect(run, run.logs).toMatchObject({ status: "waiting", pause: { reason: "quota" } });
  expect(run.logs).toContain("no calls left for today");
  expect(await readCluster(project, clusterId)).toMatchObject({ status: "fixing" });
});
