import { writeFileSync } from "node:fs";
import path from "node:path";
import { settingsOf, type Env } from "../../../worker/env";
import { HOME, SAMPLE_REPO } from "./paths";
import type { AgentName } from "../../../worker/fix/runners/agent-packages";
import type { LocalSecrets } from "./secrets";

/** Settings of the person who types `npm start` that the Worker obeys. */
const HONOURED = [
  "GEMINI_API_KEY",
  "GEMINI_BASE_URL",
  "GEMINI_MODEL",
  "GEMINI_INPUT_USD_PER_MTOK",
  "GEMINI_OUTPUT_USD_PER_MTOK",
  "GEMINI_EMBEDDING_USD_PER_MTOK",
  "MODEL_BASE_URL",
  "MODEL_API_KEY",
  "MODEL_NAME",
  "MODEL_INPUT_USD_PER_MTOK",
  "MODEL_OUTPUT_USD_PER_MTOK",
  "REDDIT_CLIENT_ID",
  "REDDIT_CLIENT_SECRET",
  "REDDIT_API_URL",
  "REDDIT_WEB_URL",
  "REDDIT_SUBREDDITS",
  "CODING_AGENT_RUNNER",
  "RUN_BUDGET_USD",
  "DAILY_BUDGET_USD",
  "CLUSTERING_EMBEDDER",
  "CLUSTERING_METHOD",
  "CLUSTERING_SIM_THRESHOLD",
  "CLUSTERING_MIN_CLUSTER_SIZE",
  "CLUSTERING_TRUNCATE_BODY_CHARS",
];

export type Addresses = {
  api: string;
  dashboard: string;
  forge: string;
  sandbox: string;
  reddit: string;
};

/** The played Reddit's one client. */
export const REDDIT_CLIENT_ID = "soulcaster-local";

export const GATEWAY_NAME = "gateway.soulcaster.local";

/** What the sandboxes of this machine can do. `programs` are the agents' programs inside them, of those that were fetched. */
export type SandboxMeans = { isolated: boolean; programs: Partial<Record<AgentName, string>> };

/** Throws at once, naming the variable, when a setting that the Worker would obey is wrong. */
export function checkOwnSettings(environment: Record<string, string | undefined>): void {
  const own = HONOURED.flatMap((name) =>
    environment[name] ? [[name, environment[name]] as const] : [],
  );
  settingsOf({ SEALING_KEY: "-".repeat(32), ...Object.fromEntries(own) } as unknown as Env);
}

/** Writes the Worker's settings to a file that only this user can read, and returns its path. */
export function writeWorkerSettings(
  at: Addresses,
  secrets: LocalSecrets,
  { isolated, programs }: SandboxMeans,
): string {
  const own: Record<string, string> = {
    APP_ENV: "local",
    VECTOR_BACKEND: "local",
    PUBLIC_API_URL: at.api,
    PUBLIC_DASHBOARD_URL: at.dashboard,
    SANDBOX_GATEWAY_URL: `http://${GATEWAY_NAME}`,
    SEALING_KEY: secrets.sealingKey,
    SETUP_TOKEN: secrets.setupToken,
    GITHUB_API_URL: at.forge,
    GITHUB_TOKEN: secrets.forgeToken,
    GITHUB_REPO: SAMPLE_REPO,
    REDDIT_CLIENT_ID,
    REDDIT_CLIENT_SECRET: secrets.redditSecret,
    REDDIT_API_URL: at.reddit,
    REDDIT_WEB_URL: at.reddit,
    E2B_API_KEY: secrets.sandboxKey,
    E2B_API_URL: at.sandbox,
    E2B_SANDBOX_URL: at.sandbox,
    KILOCODE_COMMAND: programs.sandbox_kilo ?? "",
    OPENCODE_COMMAND: programs.sandbox_opencode ?? "",
    GEMINI_CLI_COMMAND: programs.sandbox_gemini_cli ?? "",
    CODEX_COMMAND: programs.sandbox_codex ?? "",
    SANDBOX_RUNNERS: isolated ? "all" : "repair_rules",
  };
  for (const name of HONOURED) if (process.env[name]) own[name] = process.env[name];
  const file = path.join(HOME, "worker.json");
  writeFileSync(file, JSON.stringify(own, null, 2), { mode: 0o600 });
  return file;
}
