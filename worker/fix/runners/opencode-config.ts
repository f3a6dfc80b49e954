import type { AgentModel } from "./runner";

/** The configuration of opencode and of Kilocode, which is made of it: the same JSON. */

const CONTEXT_TOKENS = 128_000;
const OUTPUT_TOKENS = 8_192;

/** The model as `-m` names it. */
export function referenceOf(model: AgentModel): string {
  return `${providerOf(model)}/${model.name}`;
}

function providerOf(model: AgentModel): "google" | "gateway" {
  return model.wire === "gemini" ? "google" : "gateway";
}

/** The whole configuration, for an environment variable: what it denies stays denied, whatever the agent is told to approve. */
export function opencodeConfig(model: AgentModel): Record<string, unknown> {
  const reference = referenceOf(model);
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
