import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env as bound } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Env } from "../../../worker/env";
import worker from "../../../worker/index";
import type { TestProject } from "../../builders/api";
import {
  clusterOf,
  crashReport,
  freshWorld,
  makeFixProject,
  readCluster,
} from "../../builders/fix";

const env = bound as unknown as Env;

let project: TestProject;
let clusterId: string;

beforeEach(async () => {
  await freshWorld();
  project = await makeFixProject();
  clusterId = await clusterOf(project, crashReport("shipping"));
});

/** Presses the button in an installation whose settings differ. */
async function press(own: Record<string, string>, body: object = {}) {
  const context = createExecutionContext();
  const request = new Request(`http://api.test/clusters/${clusterId}/start_fix`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${project.token}` },
    body: JSON.stringify(body),
  });
  const response = await worker.fetch(
    request as Parameters<typeof worker.fetch>[0],
    { ...env, ...own },
    context,
  );
  await waitOnExecutionContext(context);
  return { status: response.status, text: await response.text() };
}

describe("sandbox_kilo", () => {
  it.each([
    ["the Kilocode CLI", { KILOCODE_COMMAND: "" }, "npm run world:agent -- kilo"],
    ["a model", { MODEL_BASE_URL: "", MODEL_API_KEY: "" }, "MODEL_BASE_URL"],
    ["the gateway's address", { SANDBOX_GATEWAY_URL: "" }, "SANDBOX_GATEWAY_URL"],
    ["sandboxes", { E2B_API_KEY: "" }, "E2B_API_KEY"],
    ["isolation", { SANDBOX_RUNNERS: "repair_rules" }, "cannot isolate"],
  ])("without %s is refused by name, and the cluster stays as it was", async (_, own, named) => {
    const { status, text } = await press(own, { runner: "sandbox_kilo" });
    expect(status).toBe(422);
    expect(JSON.parse(text)).toMatchObject({ code: "runner_unavailable" });
    expect(text).toContain(named);
    expect((await readCluster(project, clusterId)).status).toBe("new");
  });

  it("is what `auto` means where a model is set up: it does not fall back in silence", async () => {
    const { status, text } = await press({ CODING_AGENT_RUNNER: "auto", KILOCODE_COMMAND: "" });
    expect(status).toBe(422);
    expect(text).toContain("npm run world:agent -- kilo");
  });
});

describe("another agent", () => {
  it.each([
    ["sandbox_codex", { CODEX_COMMAND: "" }, "npm run world:agent -- codex"],
    ["sandbox_gemini_cli", { GEMINI_API_KEY: "" }, "GEMINI_API_KEY"],
    ["sandbox_codex", { MODEL_BASE_URL: "", GEMINI_API_KEY: "k" }, "MODEL_BASE_URL"],
  ])("says what it lacks: %s, %s", async (runner, own, named) => {
    const { status, text } = await press(own, { runner });
    expect(status).toBe(422);
    expect(text).toContain(named);
  });

  it.each(["claude_code", "sandbox_claude-code"])(
    "%s is none, and the reason is told",
    async (runner) => {
      const { status, text } = await press({}, { runner });
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({
        code: "invalid_input",
        errors: [{ path: "runner", message: expect.stringContaining("Messages API") }],
      });
    },
  );
});
