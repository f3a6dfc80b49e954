import type { AgentCommand, AgentInput, AgentModel, AgentRunner } from "../runner";
import { parseKiloLine } from "./events";
import { taskOf } from "./task";

const CONTEXT_TOKENS = 128_000;
const OUTPUT_TOKENS = 8_192;
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
  command,
  parse: parseKiloLine,
};

/**
 * The command to start in `workdir`, with standard input closed. The task is one argument and passes through no shell; it
 * never begins with a dash.
 */
function command({ plan, model, program, ...input }: AgentInput): AgentCommand {
  const task = taskOf(plan, input.faults, input).slice(0, LONGEST_TASK);
  const reference = `${providerOf(model)}/${model.name}`;
  const argv = [program, "run", "--auto", "--format", "json", "-m", reference, task];
  return { argv, env: environmentOf(model), files: [] };
}

function environmentOf(model: AgentModel): Record<string, string> {
  return {
    KILO_CONFIG_CONTENT: JSON.stringify(configOf(model)),
    KILO_DISABLE_PROJECT_CONFIG: "1",
    KILO_DISABLE_MODELS_FETCH: "1",
    KILO_DISABLE_LSP_DOWNLOAD: "1",
    KILO_DISABLE_SESSION_INGEST: "1",
    KILO_DISABLE_AUTOUPDATE: "1",
    KILO_TELEMETRY_LEVEL: "off",
    KILO_SESSION_RETRY_LIMIT: "3",
  };
}

function providerOf(model: AgentModel): "google" | "gateway" {
  return model.wire === "gemini" ? "google" : "gateway";
}

function configOf(model: AgentModel): Record<string, unknown> {
  const reference = `${providerOf(model)}/${model.name}`;
  return {
    model: reference,
    small_model: reference,
    autoupdate: false,
    share: "disabled",
    permission: {
      webfetch: "deny",
      external_directory: "deny",
      bash: { "*": "allow", "git push*": "deny" },
    },
    provider: { [providerOf(model)]: providerConfig(model) },
  };
}

function providerConfig(model: AgentModel): Record<string, unknown> {
  const known = {
    name: model.name,
    tool_call: true,
    limit: { context: CONTEXT_TOKENS, output: OUTPUT_TOKENS },
  };
  return {
    ...(model.wire === "openai" ? { npm: "@ai-sdk/openai-compatible" } : {}),
    options: { baseURL: model.baseUrl, apiKey: model.apiKey },
    models: { [model.name]: known },
  };
}
