import type { RunnerName } from "../../domain/run";

/** The runners that drive a coding agent's program in the sandbox. */
export type AgentName = Exclude<RunnerName, "llm_patch" | "repair_rules">;

/** Where an agent's program comes from: a package of npm, in the one version that its runner was tested with. */
export type AgentPackage = { package: string; version: string; program: string };

/** What the sandbox's template installs, and what `npm run world:agent` fetches for the local one. */
export const AGENT_PACKAGES = {
  sandbox_kilo: { package: "@kilocode/cli", version: "7.7.7", program: "kilo" },
  sandbox_opencode: { package: "opencode-ai", version: "1.14.41", program: "opencode" },
  sandbox_gemini_cli: { package: "@google/gemini-cli", version: "0.61.0", program: "gemini" },
  sandbox_codex: { package: "@openai/codex", version: "0.94.0", program: "codex" },
} as const satisfies Record<AgentName, AgentPackage>;
