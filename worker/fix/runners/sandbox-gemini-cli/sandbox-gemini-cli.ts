import type { AgentCommand, AgentInput, AgentRunner } from "../runner";
import { taskOf } from "../sandbox-kilo/task";
import { parseGeminiLine } from "./events";

/** Linux refuses a single argument of more than 128 KiB (MAX_ARG_STRLEN). */
const LONGEST_TASK = 100_000;

/**
 * Drives Google's Gemini CLI (0.61) in the locked sandbox; it speaks Gemini's wire only. The checkout is a folder that nobody trusts
 * (`GEMINI_CLI_TRUST_WORKSPACE`), so that its own settings, `.env`, hooks, extensions and MCP servers are not read. Such a folder has
 * no YOLO mode: a policy in a home of ours allows the tools that change files and run commands, and asks nobody.
 */
export const sandboxGeminiCli: AgentRunner = {
  kind: "agent",
  name: "sandbox_gemini_cli",
  wires: ["gemini"],
  command,
  parse: parseGeminiLine,
};

function command({ plan, model, program, workdir, ...input }: AgentInput): AgentCommand {
  const task = taskOf(plan, input.faults, input).slice(0, LONGEST_TASK);
  const home = `${workdir.replace(/\/[^/]+$/, "")}/.soulcaster/gemini`;
  return {
    argv: [program, "--output-format", "stream-json", "-m", model.name, "-p", task],
    env: {
      GEMINI_API_KEY: model.apiKey,
      // It adds the path with the version itself.
      GOOGLE_GEMINI_BASE_URL: model.baseUrl.replace(/\/v1beta$/, ""),
      GEMINI_CLI_HOME: home,
      GEMINI_CLI_TRUST_WORKSPACE: "false",
      GEMINI_TELEMETRY_ENABLED: "false",
      GEMINI_SANDBOX: "false",
      NO_COLOR: "1",
    },
    files: [
      { path: `${home}/.gemini/settings.json`, content: JSON.stringify(SETTINGS) },
      { path: `${home}/.gemini/policies/soulcaster.toml`, content: POLICY },
    ],
  };
}

const SETTINGS = {
  // Without trust to ask for, a folder that is not trusted is no reason to stop.
  security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } },
  general: { enableAutoUpdate: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  hooksConfig: { enabled: false },
  tools: { exclude: ["google_web_search", "web_fetch"] },
};

const POLICY = `[[rule]]
toolName = ["run_shell_command", "replace", "write_file"]
decision = "allow"
priority = 900
allowRedirection = true
`;
