import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanContent } from "../../../../../worker/domain/plan";
import type { AgentModel } from "../../../../../worker/fix/runners/runner";
import { parseKiloLine } from "../../../../../worker/fix/runners/sandbox-kilo/events";
import { sandboxKilo } from "../../../../../worker/fix/runners/sandbox-kilo/sandbox-kilo";

const PLAN: PlanContent = {
  summary: "Collected orders crash.",
  hypotheses: ["An address can be missing."],
  candidate_files: [{ path: "src/shipping.js", reason: "The crash is here.", line: 16 }],
  steps: ["Guard the read."],
  validation: ["The tests pass."],
  crash: {
    type: "TypeError",
    message: "Cannot read properties of undefined (reading 'country')",
    frames: [{ path: "src/shipping.js", line: 16, column: 41, function: "quoteShipping" }],
  },
};
const OPENAI: AgentModel = {
  baseUrl: "http://127.0.0.1:4801/v1",
  apiKey: "run-token",
  name: "m",
  wire: "openai",
};

function commandFor(model: AgentModel = OPENAI, plan: PlanContent = PLAN) {
  return sandboxKilo.command({
    plan,
    model,
    workdir: "/home/user/repo",
    program: "kilo",
    faults: [],
    notes: [],
    resumed: false,
  });
}

function configFor(model: AgentModel): Record<string, unknown> {
  return JSON.parse(commandFor(model).env["KILO_CONFIG_CONTENT"]!);
}

describe("the command of sandbox_kilo", () => {
  test("runs Kilocode without questions, with events as JSON lines", () => {
    const { argv, files } = commandFor();
    expect(argv.slice(0, -1)).toEqual([
      "kilo",
      "run",
      "--auto",
      "--format",
      "json",
      "-m",
      "gateway/m",
    ]);
    expect(files).toEqual([]);
  });

  test("ignores the repository's own configuration, and fetches and tells nothing", () => {
    expect(commandFor().env).toMatchObject({
      KILO_DISABLE_PROJECT_CONFIG: "1",
      KILO_DISABLE_MODELS_FETCH: "1",
      KILO_DISABLE_LSP_DOWNLOAD: "1",
      KILO_DISABLE_SESSION_INGEST: "1",
      KILO_TELEMETRY_LEVEL: "off",
      KILO_SESSION_RETRY_LIMIT: "3",
    });
    expect(configFor(OPENAI)).toMatchObject({ autoupdate: false, share: "disabled" });
  });

  test("denies the web, folders outside and pushing", () => {
    expect(configFor(OPENAI)["permission"]).toEqual({
      webfetch: "deny",
      external_directory: "deny",
      bash: { "*": "allow", "git push*": "deny" },
    });
  });

  test("reaches an OpenAI-compatible model by the gateway only", () => {
    expect(configFor(OPENAI)).toMatchObject({
      model: "gateway/m",
      small_model: "gateway/m",
      provider: {
        gateway: {
          npm: "@ai-sdk/openai-compatible",
          options: { baseURL: "http://127.0.0.1:4801/v1", apiKey: "run-token" },
          models: { m: { tool_call: true } },
        },
      },
    });
  });

  test("reaches Gemini as Kilocode's own provider for it", () => {
    const model: AgentModel = { ...OPENAI, name: "gemini-2.5-pro", wire: "gemini" };
    expect(commandFor(model).argv).toContain("google/gemini-2.5-pro");
    const provider = configFor(model)["provider"];
    expect(provider).toMatchObject({ google: { options: { apiKey: "run-token" } } });
    expect(JSON.stringify(provider)).not.toContain("openai-compatible");
  });

  test("hands over the approved plan as one argument", () => {
    const task = commandFor().argv.at(-1)!;
    for (const part of [PLAN.summary, ...PLAN.hypotheses, ...PLAN.steps, ...PLAN.validation]) {
      expect(task).toContain(part);
    }
    expect(task).toContain("src/shipping.js:16 (The crash is here.)");
    expect(task).toContain("    at quoteShipping (src/shipping.js:16:41)");
  });

  test("keeps hostile words of a plan inside that argument", () => {
    const summary = '$(touch pwned) `id`; "quoted" \n--format text';
    const { argv, env } = commandFor(OPENAI, { ...PLAN, summary });
    expect(argv).toHaveLength(8);
    expect(argv.at(-1)).toContain(summary);
    expect(argv.at(-1)!.startsWith("-")).toBe(false);
    expect(JSON.stringify(env)).not.toContain("pwned");
  });

  test("never makes an argument that Linux refuses", () => {
    const steps = Array.from({ length: 30 }, () => "x".repeat(2_000));
    const plan = { ...PLAN, steps, hypotheses: steps.slice(0, 10), validation: steps.slice(0, 20) };
    expect(commandFor(OPENAI, plan).argv.at(-1)!.length).toBeLessThanOrEqual(100_000);
  });
});

describe("a line of Kilocode", () => {
  const line = (value: unknown) => parseKiloLine(JSON.stringify(value));

  test.each([
    [
      {
        type: "tool_use",
        part: { tool: "bash", state: { status: "completed", input: { command: "npm test" } } },
      },
      { level: 2, kind: "tool", text: "bash: npm test" },
    ],
    [
      {
        type: "tool_use",
        part: {
          tool: "edit",
          state: { status: "error", input: { filePath: "/a.js" }, error: "no match" },
        },
      },
      { level: 2, kind: "error", text: "edit: /a.js failed (no match)" },
    ],
    [
      { type: "text", part: { text: "Done." } },
      { level: 2, kind: "message", text: "Done." },
    ],
    [
      {
        type: "error",
        error: {
          name: "APIError",
          data: { message: "no credit", statusCode: 401, isRetryable: false },
        },
      },
      { level: 2, kind: "error", text: "no credit (status 401)" },
    ],
    [{ type: "step_start", part: {} }, null],
    [{ type: "step_finish", part: { reason: "stop", cost: 0 } }, null],
    [{ type: "text", part: { text: "  " } }, null],
  ])("%j becomes an event of the log", (value, event) => {
    expect(line(value)).toEqual(event);
  });

  test.each([
    ["plain words", "Migrating database…"],
    ["an unknown type", '{"type":"later","part":1}'],
    ["a known type in another form", '{"type":"text","part":{"text":5}}'],
    ["a prototype", '{"__proto__":{"type":"text"}}'],
  ])("that is %s is shown as output", (_name, text) => {
    expect(parseKiloLine(text)).toEqual({ level: 3, kind: "output", text });
  });

  test("that is blank says nothing", () => {
    expect(parseKiloLine("  ")).toBeNull();
  });

  test("that is huge is cut, and control characters go", () => {
    const event = parseKiloLine(`\u001b[31m${"x".repeat(1_000_000)}`);
    expect(event).toMatchObject({ level: 3, kind: "output" });
    expect(event!.text).toHaveLength(4_000);
    expect(event!.text.startsWith("[31mx")).toBe(true);
  });

  test("of any kind never throws, and never gives more than 4,000 characters", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ maxLength: 9_000 })), (text) => {
        expect(parseKiloLine(text)?.text.length ?? 0).toBeLessThanOrEqual(4_000);
      }),
    );
  });
});
