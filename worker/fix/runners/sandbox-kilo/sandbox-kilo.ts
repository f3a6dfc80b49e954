import { opencodeConfig, referenceOf } from "../opencode-config";
import type { AgentCommand, AgentInput, AgentModel, AgentRunner } from "../runner";
import { parseKiloLine } from "./events";
import { taskOf } from "./task";

/** Linux refuses a single argument of more than 128 KiB (MAX_ARG_STRLEN). */
const LONGEST_TASK = 100_000;

/**
 * Drives the Kilocode CLI (7.7.7) in the locked sandbox. Its whole configuration goes in by environment; the repository's
 * own configuration is ignored, since untrusted code could steer the agent with it. It has no outer timeout of its own:
 * without a connection Kilocode waits without end, so the caller must set one. Exit 0 does not mean that a file changed.
 */
export const sandboxKilo: AgentRunner = {
  kind: "agent",
  name: "sandbox_kilo",
  wires: ["openai", "gemini"],
  command,
  parse: parseKiloLine,
};

/**
 * The command to start in `workdir`, with standard input closed. The task is one argument and passes through no shell; it
 * never begins with a dash.
 */
function command({ plan, model, program, ...input }: AgentInput): AgentCommand {
  const task = taskOf(plan, input.faults, input).slice(0, LONGEST_TASK);
  const argv = [program, "run", "--auto", "--format", "json", "-m", referenceOf(model), task];
  return { argv, env: environmentOf(model), files: [] };
}

function environmentOf(model: AgentModel): Record<string, string> {
  return {
    KILO_CONFIG_CONTENT: JSON.stringify(opencodeConfig(model)),
    KILO_DISABLE_PROJECT_CONFIG: "1",
    KILO_DISABLE_MODELS_FETCH: "1",
    KILO_DISABLE_LSP_DOWNLOAD: "1",
    KILO_DISABLE_SESSION_INGEST: "1",
    KILO_DISABLE_AUTOUPDATE: "1",
    KILO_TELEMETRY_LEVEL: "off",
    KILO_SESSION_RETRY_LIMIT: "3",
  };
}
