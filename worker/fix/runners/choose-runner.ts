import { DomainError } from "../../domain/errors";
import type { RunnerName } from "../../domain/run";
import { wiresOf, type ModelSettings } from "../gateway/providers";
import { AGENT_PACKAGES, type AgentName } from "./agent-packages";
import { llmPatch } from "./llm-patch/llm-patch";
import { repairRules } from "./repair-rules/repair-rules";
import type { Runner } from "./runner";
import { sandboxCodex } from "./sandbox-codex/sandbox-codex";
import { sandboxGeminiCli } from "./sandbox-gemini-cli/sandbox-gemini-cli";
import { sandboxKilo } from "./sandbox-kilo/sandbox-kilo";
import { sandboxOpencode } from "./sandbox-opencode/sandbox-opencode";

/** What an installation has set up for runs. `…_COMMAND`: an agent's program in the sandbox; empty: there is none. */
export type RunnerSettings = ModelSettings & {
  E2B_API_KEY?: string | undefined;
  SANDBOX_RUNNERS: "all" | "repair_rules";
  SANDBOX_GATEWAY_URL?: string | undefined;
  CODING_AGENT_RUNNER: RunnerName | "auto";
  KILOCODE_COMMAND: string;
  OPENCODE_COMMAND: string;
  GEMINI_CLI_COMMAND: string;
  CODEX_COMMAND: string;
};

const RUNNERS: Record<RunnerName, Runner> = {
  sandbox_opencode: sandboxOpencode,
  sandbox_gemini_cli: sandboxGeminiCli,
  sandbox_codex: sandboxCodex,
  llm_patch: llmPatch,
  repair_rules: repairRules,
  sandbox_kilo: sandboxKilo,
};

/** The runner of this name. */
export function runnerNamed(name: RunnerName): Runner {
  return RUNNERS[name];
}

/**
 * The runner that was asked for, or the installation's; `auto` is Kilocode when a model is set up, else the embedded repair rules.
 * Throws `runner_unavailable`, naming the setting that is missing.
 */
export function chooseRunner(settings: RunnerSettings, asked: RunnerName | undefined): RunnerName {
  const set = settings.CODING_AGENT_RUNNER;
  const name =
    asked ?? (set === "auto" ? (modelSetUp(settings) ? "sandbox_kilo" : "repair_rules") : set);
  if (!settings.E2B_API_KEY) {
    throw new DomainError("runner_unavailable", "Runs need a sandbox: set E2B_API_KEY.");
  }
  if (name === "repair_rules") return name;
  if (settings.SANDBOX_RUNNERS !== "all") {
    throw new DomainError(
      "runner_unavailable",
      "This machine cannot isolate a sandbox, so only repair_rules may run.",
    );
  }
  if (!modelSetUp(settings)) {
    throw new DomainError(
      "runner_unavailable",
      `${name} needs a model: set GEMINI_API_KEY, or MODEL_BASE_URL and MODEL_API_KEY.`,
    );
  }
  if (name === "llm_patch") return name;
  const missing = missingForAgent(settings, name);
  if (missing) throw new DomainError("runner_unavailable", `${name} needs ${missing}`);
  return name;
}

/** What an agent still needs, in words; null when nothing. */
function missingForAgent(settings: RunnerSettings, name: RunnerName): string | null {
  const runner = runnerNamed(name);
  if (!isAgent(name)) return null;
  if (!programOf(settings, name)) {
    const { program } = AGENT_PACKAGES[name];
    return `its program in the sandbox: locally run \`npm run world:agent -- ${program}\`, then start again.`;
  }
  if (!settings.SANDBOX_GATEWAY_URL) return "SANDBOX_GATEWAY_URL.";
  const wires = wiresOf(settings, "code");
  if (runner.kind === "agent" && !wires.some((wire) => runner.wires.includes(wire)))
    return `a model by another wire than it has: set ${runner.wires.includes("gemini") ? "GEMINI_API_KEY" : "MODEL_BASE_URL"}.`;
  return null;
}

/** The agent's program in the sandbox; empty for runners without one. */
export function programOf(settings: RunnerSettings, name: RunnerName): string {
  return isAgent(name) ? settings[PROGRAM_SETTINGS[name]] : "";
}

const PROGRAM_SETTINGS = {
  sandbox_kilo: "KILOCODE_COMMAND",
  sandbox_opencode: "OPENCODE_COMMAND",
  sandbox_gemini_cli: "GEMINI_CLI_COMMAND",
  sandbox_codex: "CODEX_COMMAND",
} as const satisfies Record<AgentName, keyof RunnerSettings>;

function isAgent(name: RunnerName): name is AgentName {
  return name in AGENT_PACKAGES;
}

function modelSetUp(settings: RunnerSettings): boolean {
  return wiresOf(settings, "code").length > 0;
}
