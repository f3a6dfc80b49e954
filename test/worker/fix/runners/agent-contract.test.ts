import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PlanContent } from "../../../../worker/domain/plan";
import type { AgentInput, AgentModel, AgentRunner } from "../../../../worker/fix/runners/runner";
import { sandboxCodex } from "../../../../worker/fix/runners/sandbox-codex/sandbox-codex";
import { sandboxGeminiCli } from "../../../../worker/fix/runners/sandbox-gemini-cli/sandbox-gemini-cli";
import { sandboxKilo } from "../../../../worker/fix/runners/sandbox-kilo/sandbox-kilo";
import { sandboxOpencode } from "../../../../worker/fix/runners/sandbox-opencode/sandbox-opencode";

const RUNNERS: AgentRunner[] = [sandboxKilo, sandboxOpencode, sandboxGeminiCli, sandboxCodex];
const TOKEN = "scr_0192-run.mac";

const PLAN: PlanContent = {
  summary: "Collected orders crash.",
  hypotheses: [],
  candidate_files: [],
  steps: ["Guard the read."],
  validation: [],
  crash: null,
};

function inputFor(runner: AgentRunner, changes: Partial<AgentInput> = {}): AgentInput {
  const wire = runner.wires[0]!;
  const model: AgentModel = {
    baseUrl: `http://gateway.test/${wire === "openai" ? "v1" : "v1beta"}`,
    apiKey: TOKEN,
    name: "m-1",
    wire,
  };
  return {
    plan: PLAN,
    model,
    workdir: "/home/user/repo",
    program: "/opt/agent",
    faults: [],
    notes: [],
    resumed: false,
    ...changes,
  };
}

describe.each(RUNNERS.map((runner) => [runner.name, runner] as const))("%s", (_, runner) => {
  test("starts its program with the task as one argument that is no option", () => {
    const { argv } = runner.command(inputFor(runner));
    expect(argv[0]).toBe("/opt/agent");
    const tasks = argv.filter((word) => word.includes(PLAN.summary));
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).not.toMatch(/^-/);
    expect(argv.join("\n")).toContain("m-1");
  });

  test("gets its model at the gateway, with the run's token as the only secret and never as an argument", () => {
    const { argv, env, files } = runner.command(inputFor(runner));
    const given = JSON.stringify({ env, files });
    expect(given).toContain("http://gateway.test");
    expect(given).toContain(TOKEN);
    expect(argv.join(" ")).not.toContain(TOKEN);
    for (const { path } of files) expect(path).toMatch(/^\/home\/user\/\.soulcaster\//);
  });

  test("is told first what people say, and what is wrong with its change", () => {
    const input = inputFor(runner, { notes: ["Keep the API."], faults: ["a.js:1: oops"] });
    const task = runner.command(input).argv.find((word) => word.includes(PLAN.summary))!;
    expect(task.indexOf("Keep the API.")).toBeLessThan(task.indexOf(PLAN.summary));
    expect(task).toContain("a.js:1: oops");
  });

  test("fits into one argument of Linux, however long the plan is", () => {
    const plan = { ...PLAN, steps: Array.from({ length: 30 }, () => "é".repeat(2_000)) };
    for (const word of runner.command(inputFor(runner, { plan })).argv)
      expect(word.length).toBeLessThanOrEqual(100_000);
  });

  test("has events for whatever it prints, bounded and without control characters", () => {
    const json = fc.json().map((text) => text.slice(0, 5_000));
    const odd = fc.constantFrom("x".repeat(300_000), '{"type":"tool_use"}', "\u001b[31mred", "[]");
    fc.assert(
      fc.property(fc.oneof(fc.string(), json, odd), (line) => {
        const event = runner.parse(line);
        if (!event) return;
        expect(event.text.length).toBeLessThanOrEqual(4_000);
        expect(event.text).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
    );
  });
});

describe("the events of the Gemini CLI, as version 0.61 prints them", () => {
  const lines = [
    '{"type":"init","timestamp":"2026-11-21T15:49:42.700Z","session_id":"1488df0f","model":"gemini-2.5-pro"}',
    '{"type":"message","timestamp":"2026-11-21T15:49:42.701Z","role":"user","content":"Fix it"}',
    '{"type":"message","timestamp":"2026-11-21T15:49:43.009Z","role":"assistant","content":"I look.","delta":true}',
    '{"type":"tool_use","timestamp":"2026-11-21T15:49:43.602Z","tool_name":"replace","tool_id":"replace_0","parameters":{"file_path":"/repo/a.txt","old_string":"hello","new_string":"bye","instruction":"x"}}',
    '{"type":"tool_result","timestamp":"2026-11-21T15:49:43.645Z","tool_id":"replace_0","status":"success"}',
    '{"type":"tool_use","timestamp":"2026-11-21T15:49:43.707Z","tool_name":"run_shell_command","tool_id":"run_0","parameters":{"command":"cat a.txt; exit 3","description":"run"}}',
    '{"type":"tool_result","timestamp":"2026-11-21T15:49:43.963Z","tool_id":"run_0","status":"success","output":"bye"}',
    '{"type":"tool_result","timestamp":"2026-11-21T15:49:43.963Z","tool_id":"run_1","status":"error","error":{"type":"x","message":"no such file"}}',
    '{"type":"result","timestamp":"2026-11-21T15:49:44.085Z","status":"success","stats":{"total_tokens":47724}}',
    "YOLO mode is enabled. All tool calls will be automatically approved.",
  ];

  test("are its words, its tools and what they said", () => {
    expect(lines.flatMap((line) => sandboxGeminiCli.parse(line) ?? [])).toEqual([
      { level: 2, kind: "message", text: "I look." },
      { level: 2, kind: "tool", text: "replace: /repo/a.txt" },
      { level: 2, kind: "tool", text: "run_shell_command: cat a.txt; exit 3" },
      { level: 3, kind: "output", text: "bye" },
      { level: 2, kind: "error", text: "failed (no such file)" },
      { level: 3, kind: "output", text: lines.at(-1) },
    ]);
  });
});

describe("the events of the Codex CLI, as version 0.94 prints them", () => {
  const lines = [
    '{"type":"thread.started","thread_id":"01a1ff2b"}',
    '{"type":"turn.started"}',
    '{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"I look."}}',
    `{"type":"item.started","item":{"id":"item_1","type":"command_execution","command":"bash -lc 'cat a.txt; exit 3'","aggregated_output":"","exit_code":null,"status":"in_progress"}}`,
    `{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"bash -lc 'cat a.txt; exit 3'","aggregated_output":"bye\\n","exit_code":3,"status":"failed"}}`,
    '{"type":"item.completed","item":{"id":"item_2","type":"file_change","changes":[{"path":"a.txt","kind":"update"}],"status":"completed"}}',
    '{"type":"item.updated","item":{"id":"item_3","type":"todo_list","items":[]}}',
    '{"type":"error","message":"Reconnecting... 1/5 (unexpected status 401 Unauthorized: )"}',
    '{"type":"turn.failed","error":{"message":"unexpected status 401 Unauthorized: "}}',
    '{"type":"turn.completed","usage":{"input_tokens":0,"cached_input_tokens":0,"output_tokens":0}}',
    "WARNING: proceeding all the same",
  ];

  test("are its words, its commands and what they printed", () => {
    expect(lines.flatMap((line) => sandboxCodex.parse(line) ?? [])).toEqual([
      { level: 2, kind: "message", text: "I look." },
      { level: 2, kind: "tool", text: "shell: bash -lc 'cat a.txt; exit 3'" },
      { level: 3, kind: "output", text: "bye\n" },
      { level: 2, kind: "tool", text: "edit: a.txt" },
      {
        level: 2,
        kind: "error",
        text: "Reconnecting... 1/5 (unexpected status 401 Unauthorized: )",
      },
      { level: 2, kind: "error", text: "unexpected status 401 Unauthorized: " },
      { level: 3, kind: "output", text: lines.at(-1) },
    ]);
  });
});

describe("what a repository may configure", () => {
  test("is ignored by all of them", () => {
    expect(sandboxKilo.command(inputFor(sandboxKilo)).env).toMatchObject({
      KILO_DISABLE_PROJECT_CONFIG: "1",
    });
    expect(sandboxOpencode.command(inputFor(sandboxOpencode)).env).toMatchObject({
      OPENCODE_DISABLE_PROJECT_CONFIG: "1",
    });
    const gemini = sandboxGeminiCli.command(inputFor(sandboxGeminiCli));
    expect(gemini.argv.join(" ")).not.toMatch(/--yolo|--skip-trust/);
    expect(gemini.env).toMatchObject({ GEMINI_CLI_TRUST_WORKSPACE: "false" });
    for (const { path } of gemini.files)
      expect(path.startsWith(`${gemini.env["GEMINI_CLI_HOME"]}/.gemini/`)).toBe(true);
    const codex = sandboxCodex.command(inputFor(sandboxCodex));
    expect(codex.files[0]!.path).toBe(`${codex.env["CODEX_HOME"]}/config.toml`);
    expect(codex.files[0]!.content).not.toContain("trust_level");
  });
});
