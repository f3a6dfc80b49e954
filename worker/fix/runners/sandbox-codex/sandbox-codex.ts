import type { AgentCommand, AgentInput, AgentModel, AgentRunner } from "../runner";
import { taskOf } from "../sandbox-kilo/task";
import { parseCodexLine } from "./events";

/** Linux refuses a single argument of more than 128 KiB (MAX_ARG_STRLEN). */
const LONGEST_TASK = 100_000;
/** The variable that has the run's token: codex reads it, and hides it from the commands that it runs. */
const TOKEN = "SOULCASTER_RUN_TOKEN";

/**
 * Drives OpenAI's Codex CLI in the locked sandbox. 0.94 is the last version that speaks chat completions (`wire_api = "chat"`); later
 * ones speak the Responses API only, which the gateway does not. Its whole configuration is a file of ours outside the checkout: a
 * repository's own `.codex/` counts only where a person has trusted it, and nobody has. Codex's own sandbox is off, for it needs rights
 * that ours does not give.
 */
export const sandboxCodex: AgentRunner = {
  kind: "agent",
  name: "sandbox_codex",
  wires: ["openai"],
  command,
  parse: parseCodexLine,
};

function command({ plan, model, program, workdir, ...input }: AgentInput): AgentCommand {
  const task = taskOf(plan, input.faults, input).slice(0, LONGEST_TASK);
  const home = `${workdir.replace(/\/[^/]+$/, "")}/.soulcaster/codex`;
  const flags = ["--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"];
  return {
    argv: [program, "exec", ...flags, "-m", model.name, "--", task],
    env: { CODEX_HOME: home, [TOKEN]: model.apiKey, NO_COLOR: "1" },
    files: [{ path: `${home}/config.toml`, content: configOf(model) }],
  };
}

/** TOML's basic strings are JSON's. Few retries: the gateway waits for a busy model by itself, and what it refuses stays refused. */
function configOf(model: AgentModel): string {
  return `model_provider = "gateway"
check_for_update_on_startup = false
web_search = "disabled"

[model_providers.gateway]
name = "gateway"
base_url = ${JSON.stringify(model.baseUrl)}
env_key = "${TOKEN}"
wire_api = "chat"
request_max_retries = 2
stream_max_retries = 2

[shell_environment_policy]
exclude = ["${TOKEN}"]

[history]
persistence = "none"

[analytics]
enabled = false
`;
}
