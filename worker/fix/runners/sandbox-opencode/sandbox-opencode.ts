import { opencodeConfig, referenceOf } from "../opencode-config";
import type { AgentCommand, AgentInput, AgentRunner } from "../runner";
import { parseKiloLine } from "../sandbox-kilo/events";
import { taskOf } from "../sandbox-kilo/task";

/** Linux refuses a single argument of more than 128 KiB (MAX_ARG_STRLEN). */
const LONGEST_TASK = 100_000;
/** All but what our configuration denies. */
const ALLOW_ALL = "--dangerously-skip-permissions";

/**
 * Drives opencode (1.14) in the locked sandbox. Kilocode is made of it: the same configuration by environment, the same events. The
 * repository's own configuration, with its MCP servers, plugins and permissions, is ignored. So it is no newer version: from 1.17 on
 * opencode starts a repository's plugins at its first shell command, whatever `OPENCODE_DISABLE_PROJECT_CONFIG` says.
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
    argv: [program, "run", ALLOW_ALL, "--format", "json", "-m", referenceOf(model), task],
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
