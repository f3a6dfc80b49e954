import { beforeEach, describe, expect, it } from "vitest";
import type { RunnerName } from "../../../../worker/domain/run";
import type { EvidenceView } from "../../../../worker/fix/views";
// eslint-disable-next-line import/default -- the file as text, by vite
import sample from "../../../world/sample/src/discounts.js?raw";
import { makeAgentProject, says } from "../../../builders/agent";
import { call, type TestProject } from "../../../builders/api";
import {
  clusterOf,
  crashReport,
  filesOf,
  freshWorld,
  makeFixProject,
  press,
  pullsOf,
  sandboxesOf,
  until,
  untilRun,
  wholeLog,
} from "../../../builders/fix";
import { modelBodies, script } from "../../../builders/model";
import { COUPON_FILE, COUPON_TEST, COUPON_TEST_TEXT, CURE, cured, WRITE_TEST } from "./coupon";

const NO_PLAN = { text: "I have no plan." };
const PRIVATE = "My neighbour Zebulon of Ballyvaughan saw it as well.";
const NOTHING_FOUND = '{"findings":[]}';

type Job = "cure" | "nothing";

/** Other agents differ from Kilocode in their command and events only: `agent-contract.test.ts`, `e2e/agents.e2e.ts`. */
type Driven = Exclude<RunnerName, "sandbox_opencode" | "sandbox_gemini_cli" | "sandbox_codex">;

/** How each runner is brought to do a job: by what its model says, or by the agent that its sandboxes have. */
const RUNNERS: Record<Driven, (job: Job) => Promise<TestProject>> = {
  repair_rules: async () => {
    await script({ plain: [NO_PLAN, { text: NOTHING_FOUND }] });
    return makeFixProject({ test_command: "npm test" });
  },
  llm_patch: async (job) => {
    const files = [
      { path: COUPON_FILE, updated_content: cured(sample) },
      { path: COUPON_TEST, updated_content: COUPON_TEST_TEXT },
    ];
    const summary = "A coupon that nobody has takes nothing off.";
    const patch = { files: job === "cure" ? files : [], summary };
    const picked = { text: '{"paths":["src/discounts.js"]}' };
    await script({
      plain: [
        NO_PLAN,
        ...(job === "nothing" ? [picked] : []),
        { text: JSON.stringify(patch) },
        { text: NOTHING_FOUND },
      ],
    });
    return makeFixProject({ test_command: "npm test" });
  },
  sandbox_kilo: async (job) => {
    await script({ plain: [NO_PLAN, { text: NOTHING_FOUND }] });
    return makeAgentProject(
      [says("I look."), 'printf "%s\\n" "$@"', ...(job === "cure" ? [CURE, WRITE_TEST] : [])].join(
        "\n",
      ),
    );
  },
};

beforeEach(async () => {
  await freshWorld();
});

describe.each(Object.keys(RUNNERS) as Driven[])("the runner %s", (runner) => {
  it("goes from a crash to a draft pull request with proof, and never reads a report", async () => {
    const project = await RUNNERS[runner]("cure");
    const report = crashReport("coupon", "Coupon breaks checkout");
    const clusterId = await clusterOf(project, { ...report, body: `${PRIVATE}\n${report.body}` });
    const id = await press(project, clusterId, runner);
    const asked = (await modelBodies()).length;
    const run = await untilRun(project, id);
    expect(run, run.logs).toMatchObject({ runner, status: "succeeded", verdict: "proven" });

    const [pull] = await pullsOf();
    const files = (await filesOf(pull!.number)).map((file) => file.filename);
    expect(files[0]).toBe(COUPON_FILE);
    expect(files).toHaveLength(2);
    expect(files[1]).toMatch(/^test\/discounts\..*test\.js$/);
    expect(pull!.body).toContain(`Runner \`${runner}\``);
    expect(pull!.body).toContain("By the model `scripted-1`, against the plan, before the commit");

    const { json } = await call("GET", `/jobs/${id}/evidence`, { token: project.token });
    expect((json as unknown as EvidenceView).review).toEqual({
      by: "scripted-1",
      must_change: [],
      notes: [],
      missing: null,
    });
    // The plan is all that it got: what the reporter wrote went to the planner only.
    const told = (await modelBodies()).slice(asked).map(({ body }) => body);
    const log = (await wholeLog(project, id)).map((event) => event.text);
    expect([...told, ...log].join("\n")).not.toContain("Zebulon");
    await until("its sandboxes are gone", async () => (await sandboxesOf(id)).length === 0);
  });

  it("ends in plain words where it changes nothing", async () => {
    const project = await RUNNERS[runner]("nothing");
    const report = { title: "Dark mode", body: "Please add a dark theme to the shop." };
    const clusterId = await clusterOf(project, report);
    const run = await untilRun(project, await press(project, clusterId, runner));
    expect(run.status, run.logs).toBe("failed");
    expect(run.error).toMatch(/no crash|changed nothing|without changing a file/);
    expect(run.error).not.toMatch(/Error:|undefined|\bat \w+ \(/);
    expect(await pullsOf()).toEqual([]);
  });
});
