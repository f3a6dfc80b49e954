import { describe, expect, it } from "vitest";
import { action, loader } from "../../../web/app/routes/settings";
import { action as makeProject } from "../../../web/app/routes/new-project";
import { fakeApi, outcome, problem, submit, visit } from "../fake-api";

const params = { projectId: "p1" };
const PROJECT = { id: "p1", settings: { grouping: { min_cluster_size: 3 } } };
const FIELDS = {
  intent: "save",
  name: "Shop",
  github_repo: "",
  test_command: "npm test",
  threshold: "0.8",
};

async function act(fields: Record<string, string>, answers: Parameters<typeof fakeApi>[0]) {
  const { calls, context } = fakeApi(answers);
  const request = submit("/p/p1/settings", fields);
  return { calls, ...outcome(await action({ request, context, params })) };
}

describe("settings", () => {
  it("save empty fields as nothing, an unticked box as no, and leave other grouping settings alone", async () => {
    const { calls } = await act(FIELDS, {
      "GET /projects/p1": PROJECT,
      "PATCH /projects/p1": PROJECT,
    });
    expect(calls.at(-1)?.json).toEqual({
      name: "Shop",
      github_repo: null,
      base_branch: null,
      path_prefix: null,
      setup_command: null,
      test_command: "npm test",
      approval_required: false,
      settings: { grouping: { min_cluster_size: 3, threshold: 0.8 }, scrub: {} },
    });
  });

  it("scrub every kind of personal data that is not ticked to be kept", async () => {
    const { calls } = await act(
      { ...FIELDS, keep: "ip" },
      { "GET /projects/p1": PROJECT, "PATCH /projects/p1": PROJECT },
    );
    expect(calls.at(-1)?.json).toMatchObject({ settings: { scrub: { ip: false } } });
  });

  it("set what runs may use, how many work at once, and what counts as done", async () => {
    const runs = { findings: "never", turns: "50", usd: "", concurrent_runs: "2", soak_days: "0" };
    const { calls } = await act(
      { ...FIELDS, ...runs },
      {
        "GET /projects/p1": { id: "p1", settings: { grouping: {}, limits: { usd: 3 } } },
        "PATCH /projects/p1": PROJECT,
      },
    );
    const { settings } = calls.at(-1)!.json as { settings: object };
    expect(settings).toEqual({
      grouping: { threshold: 0.8 },
      scrub: {},
      findings: "never",
      limits: { turns: 50 },
      concurrent_runs: 2,
      soak_days: 0,
    });
  });

  it("name models with their prices by task, whom to trust, and who else is asked", async () => {
    const fields = {
      ...FIELDS,
      model_code: "m-2",
      model_code_input: "1.5",
      model_code_output: "0",
      trusted: "sentry",
      review_way: "comment",
      review_called: "@bot review",
    };
    const { calls } = await act(fields, {
      "GET /projects/p1": { id: "p1", settings: { grouping: {}, models: { plan: "old" } } },
      "PATCH /projects/p1": PROJECT,
    });
    expect(calls.at(-1)?.json).toMatchObject({
      settings: {
        models: { code: { name: "m-2", input_usd_per_mtok: 1.5, output_usd_per_mtok: 0 } },
        trusted_sources: ["sentry"],
        review_request: { comment: "@bot review" },
      },
    });
    expect(calls.at(-1)?.json).not.toHaveProperty("settings.models.plan");
  });

  it("do not take a missing price for a price of nothing", async () => {
    const fields = { ...FIELDS, model_plan: "m-2", model_plan_input: "1" };
    const { calls, body } = await act(fields, {
      "GET /projects/p1": PROJECT,
      "PATCH /projects/p1": problem(400, "invalid_input", "no", [
        { path: "settings.models.plan.output_usd_per_mtok", message: "expected number" },
      ]),
    });
    expect(calls.at(-1)?.json).toMatchObject({
      settings: { models: { plan: { output_usd_per_mtok: null } } },
    });
    expect(body).toMatchObject({
      kept: { models: { plan: { name: "m-2", input: "1", output: "" } } },
    });
  });

  it("delete the project and lead away from it", async () => {
    const { calls, location } = await act(
      { intent: "delete" },
      { "DELETE /projects/p1": { erasing: true } },
    );
    expect(calls[0]).toMatchObject({ method: "DELETE", path: "/projects/p1" });
    expect(location).toBe("/");
  });

  it("bring what was typed back when it is refused", async () => {
    const { body, status } = await act(FIELDS, {
      "GET /projects/p1": PROJECT,
      "PATCH /projects/p1": problem(400, "invalid_input", "no", [
        { path: "settings.grouping.threshold", message: "too big" },
      ]),
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({ kept: { values: { name: "Shop" }, threshold: "0.8" } });
  });

  it("show a new token once", async () => {
    const fields = { intent: "make-token", token_name: "ci", role: "viewer", days: "30" };
    const { calls, body } = await act(fields, {
      "POST /projects/p1/tokens": { name: "ci", token: "sct_1" },
    });
    expect(calls[0]?.json).toEqual({ name: "ci", role: "viewer", expires_in_days: 30 });
    expect(body).toMatchObject({ made: { token: "sct_1" } });
  });

  it("do not ask for tokens on behalf of people who may not see them", async () => {
    const { calls, context } = fakeApi({
      "GET /projects/p1": { ...PROJECT, permissions: ["project:read"] },
    });
    expect(await loader({ request: visit("/p/p1/settings"), context, params })).toEqual({
      tokens: null,
    });
    expect(calls).toHaveLength(1);
  });
});

describe("a new project", () => {
  it("leads to its sources", async () => {
    const { context } = fakeApi({ "POST /projects": { id: "p9" } });
    const request = submit("/projects/new", { name: "Shop", approval_required: "on" });
    const { location } = outcome(await makeProject({ request, context, params: {} }));
    expect(location).toBe("/p/p9/sources");
  });
});
