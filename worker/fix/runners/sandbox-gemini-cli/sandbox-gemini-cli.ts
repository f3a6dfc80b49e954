import type { AgentCommand, AgentInput, AgentRunner } from "../runner";
import { taskOf } from "../sandbox-kilo/task";
import { parseGeminiLine } from "./events";

/** Linux refuses a single argument of more than 128 KiB (MAX_ARG_STRLEN). */
const LONGEST_TASK = 100_000;
/** Nobody's name: with it as the only one allowed, no server that a repository configures is started. */
const NO_SERVER = "none";

/**
 * Drives Google's Gemini CLI (0.61) in the locked sandbox; it speaks Gemini's wire only. `--skip-trust` is needed to work without
 * questions, and makes it read the repository's own `.gemini/settings.json`; the system settings that we write win over that, and
 * let no MCP server, hook or extension of the repository start.
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
  const settings = `${workdir.replace(/\/[^/]+$/, "")}/.soulcaster/gemini-settings.json`;
  const flags = ["--yolo", "--skip-trust", "--allowed-mcp-server-names", NO_SERVER];
  return {
    argv: [program, ...flags, "--output-format", "stream-json", "-m", model.name, "-p", task],
    env: {
      GEMINI_API_KEY: model.apiKey,
      // It adds the path with the version itself.
      GOOGLE_GEMINI_BASE_URL: model.baseUrl.replace(/\/v1beta$/, ""),
      GEMINI_CLI_SYSTEM_SETTINGS_PATH: settings,
      GEMINI_TELEMETRY_ENABLED: "false",
      GEMINI_SANDBOX: "false",
      NO_COLOR: "1",
    },
    files: [{ path: settings, content: JSON.stringify(SYSTEM_SETTINGS) }],
  };
}

const SYSTEM_SETTINGS = {
  security: { auth: { selectedType: "gemini-api-key" } },
  general: { enableAutoUpdate: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  admin: { mcp: { enabled: false }, extensions: { enabled: false } },
  mcp: { allowed: [NO_SERVER] },
  hooksConfig: { enabled: false },
};
