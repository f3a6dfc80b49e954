import { describe, expect, it } from "vitest";
import { action, loader } from "../../../web/app/routes/cluster-fix";
import { fakeApi, outcome, problem, submit, thrownReply, visit } from "../fake-api";

const HERE = "/p/p1/clusters/c1";
const API = "/projects/p1/clusters/c1";
const params = { projectId: "p1", clusterId: "c1" };
const PLAN = { id: "pl", version: 3, summary: "s" };

function act(
  fields: Record<string, string> | [string, string][],
  answers: Parameters<typeof fakeApi>[0],
) {
  const { calls, context } = fakeApi(answers);
  const request = submit(`${HERE}?index`, fields);
  return { calls, result: action({ request, context, params }) };
}

describe("Generate fix", () => {
  const started = { job_id: "r9", status: "pending" };

  it("starts a run of the plan that was read, and goes to its log", async () => {
    const { calls, result } = act(
      { intent: "start-fix", version: "3", runner: "" },
      { [`GET ${API}/plan`]: PLAN, [`POST ${API}/start_fix`]: started },
    );
    expect(outcome(await result).location).toBe(`${HERE}?run=r9`);
    expect(calls.at(-1)?.json).toEqual({ plan_version: 3 });
  });

  it("passes a chosen runner on, and drops one that it does not know", async () => {
    const answers = { [`POST ${API}/start_fix`]: started };
    const chosen = act({ intent: "start-fix", version: "", runner: "repair_rules" }, answers);
    await chosen.result;
    expect(chosen.calls.at(-1)?.json).toEqual({ runner: "repair_rules" });
    const odd = act({ intent: "start-fix", version: "", runner: "rm -rf" }, answers);
    await odd.result;
    expect(odd.calls.at(-1)?.json).toEqual({});
  });

  it("starts nothing when a newer plan came in between", async () => {
    const { calls, result } = act(
      { intent: "start-fix", version: "2" },
      { [`GET ${API}/plan`]: PLAN, [`POST ${API}/start_fix`]: started },
    );
    const { body, status } = outcome(await result);
    expect(status).toBe(409);
    expect(body).toMatchObject({ problem: { detail: expect.stringContaining("Version 3") } });
    expect(calls.map(({ method }) => method)).toEqual(["GET"]);
  });

  it("shows why the API refused", async () => {
    const { result } = act(
      { intent: "start-fix", version: "" },
      {
        [`POST ${API}/start_fix`]: problem(422, "runner_unavailable", "MODEL_API_KEY is missing."),
      },
    );
    expect(outcome(await result).body).toMatchObject({
      problem: { detail: "MODEL_API_KEY is missing." },
    });
  });
});

describe("editing a plan", () => {
  const fields: [string, string][] = [
    ["intent", "save-plan"],
    ["version", "3"],
    ["summary", " New summary "],
    ["hypotheses", "one\ntwo"],
    ["file_path", "src/a.js"],
    ["file_line", "42"],
    ["file_reason", "top frame"],
    ["file_path", ""],
    ["file_line", ""],
    ["file_reason", "a row without a path"],
    ["file_path", "src/b.js"],
    ["file_line", ""],
    ["file_reason", ""],
    ["steps", "1. do this"],
    ["validation", ""],
  ];

  it("saves lists by line and files by row, without rows that have no path", async () => {
    const { calls, result } = act(fields, { [`PUT ${API}/plan`]: PLAN });
    expect(outcome(await result).location).toBe(HERE);
    expect(calls[0]?.json).toEqual({
      version: 3,
      summary: "New summary",
      hypotheses: ["one", "two"],
      candidate_files: [
        { path: "src/a.js", line: 42, reason: "top frame" },
        { path: "src/b.js", line: null, reason: "" },
      ],
      steps: ["do this"],
      validation: [],
    });
  });

  it("brings everything typed back when somebody else saved first", async () => {
    const stale = problem(409, "stale_version", "Version 4 is newer than what you edited.");
    const { result } = act(fields, { [`PUT ${API}/plan`]: stale });
    const { body, status } = outcome(await result);
    expect(status).toBe(409);
    expect(body).toMatchObject({
      problem: { code: "stale_version" },
      draft: {
        version: 3,
        summary: "New summary",
        files: [{ path: "src/a.js" }, { path: "src/b.js" }],
      },
    });
  });

  it("saves over another's version only when told to", async () => {
    const { calls } = act([...fields, ["over", "4"]], { [`PUT ${API}/plan`]: PLAN });
    await expect.poll(() => calls.length).toBe(1);
    expect(calls[0]?.json).toMatchObject({ version: 4 });
  });

  it("approves exactly the version that was shown", async () => {
    const { calls, result } = act(
      { intent: "approve", version: "3" },
      { [`POST ${API}/plan/approve`]: PLAN },
    );
    await result;
    expect(calls[0]?.json).toEqual({ version: 3 });
  });

  it("does nothing for an intent it does not know", async () => {
    const { calls, result } = act({ intent: "delete-everything" }, {});
    expect((await thrownReply(() => result)).status).toBe(400);
    expect(calls).toEqual([]);
  });
});

describe("steering a run", () => {
  const run = "r1";
  const job = "/projects/p1/jobs/r1";
  const view = { id: "r1" };

  it.each([
    [{ intent: "pause" }, "pause", null],
    [{ intent: "redirect", text: " Use a map. " }, "redirect", { text: "Use a map." }],
    [{ intent: "take-patch" }, "resume", { from: "proof" }],
    [
      { intent: "resume", text: "", minutes_now: "30", minutes: "60", usd_now: "5", usd: "5" },
      "resume",
      { limits: { minutes: 60 } },
    ],
  ])("passes %o on and shows the run again", async (fields, verb, json) => {
    const { calls, result } = act({ ...fields, run }, { [`POST ${job}/${verb}`]: view });
    expect(outcome(await result).location).toBe(`${HERE}?run=r1`);
    expect(calls.at(-1)?.json).toEqual(json);
  });

  it.each([
    [{ intent: "retry", from: "work" }, "retry", { from: "work" }],
    [{ intent: "retry", from: "the moon" }, "retry", {}],
    [{ intent: "follow-up", text: "And test it." }, "follow_up", { text: "And test it." }],
  ])("passes %o on and shows the run that was started", async (fields, verb, json) => {
    const started = { job_id: "r2", status: "pending" };
    const { calls, result } = act({ ...fields, run }, { [`POST ${job}/${verb}`]: started });
    expect(outcome(await result).location).toBe(`${HERE}?run=r2`);
    expect(calls.at(-1)?.json).toEqual(json);
  });

  it("shows why the API refused", async () => {
    const answers = { [`POST ${job}/resume`]: problem(409, "conflict", "Raise it first.") };
    const { result } = act({ intent: "resume", run }, answers);
    expect(outcome(await result).body).toMatchObject({ problem: { detail: "Raise it first." } });
  });
});

describe("the plan and fix page", () => {
  const run = { id: "r1", cluster_id: "c1", status: "running" };
  const older = { id: "r0", cluster_id: "c1", status: "failed" };
  const log = { events: [], next_from: 1, ended: false };
  const answers = {
    "GET /projects/p1/jobs": { items: [run, older], next_cursor: null },
    "GET /projects/p1/jobs/r1": { ...run, queue_position: 2 },
    "GET /projects/p1/jobs/r0": older,
    "GET /projects/p1/jobs/r1/logs": log,
    "GET /projects/p1/jobs/r0/logs": { ...log, ended: true },
  };

  it("shows the newest run, and does without a plan", async () => {
    const { calls, context } = fakeApi(answers);
    const page = await loader({ request: visit(HERE), context, params });
    expect(page).toMatchObject({
      plan: null,
      run: { id: "r1", queue_position: 2 },
      log: { ended: false },
    });
    expect(calls.some(({ path }) => path === "/projects/p1/jobs?cluster_id=c1")).toBe(true);
  });

  it("shows the run that the address names, if it is one of this cluster", async () => {
    const { context } = fakeApi(answers);
    const named = await loader({ request: visit(`${HERE}?run=r0`), context, params });
    expect(named.run?.id).toBe("r0");
    const foreign = await loader({ request: visit(`${HERE}?run=r77`), context, params });
    expect(foreign.run?.id).toBe("r1");
  });
});
