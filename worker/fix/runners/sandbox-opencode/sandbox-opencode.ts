import { opencodeConfig, referenceOf } from "../opencode-config";
import type { AgentCommand, AgentInput, AgentRunner } from "../runner";
import { parseKiloLine } from "../sandbox-kilo/events";
import { taskOf } from "../sandbox-kilo/task";

/** Linux refuses a single argument of more than 128 KiB (MAX_ARG_STRLEN). */
const LONGEST_TASK = 100_000;

/**
 * Drives opencode (1.18) in the locked sandbox. Kilocode is made of it: the same configuration by environment, the same flags, the
 * same events. The repository's own configuration, with its MCP servers and permissions, is ignored.
 */
export const sandboxOpencode: AgentRunner = {
  kind: "agent",
  name: "sandbox_opencode",
  wires: ["openai", "gemini"],
  command,
  parse: parseKiloLine,
};

function command({ plan, model, program, ...input }: AgentInput): AgentCommand {
  const task = taskOf(plan, input.faults, input).slice(0, LONGEST_TASK);
  return {
    argv: [program, "run", "--auto", "--format", "json", "-m", referenceOf(model), task],
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify(opencodeConfig(model)),
      OPENCODE_DISABLE_PROJECT_CONFIG: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
    },
    files: [],
  };
}
