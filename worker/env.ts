import { z } from "zod";
import { DEFAULT_GROUPING, EMBEDDER_NAMES, GROUPING_METHODS } from "./domain/grouping";
import { DomainError } from "./domain/errors";
import { logFailure } from "./kit/log";
import { SubredditList } from "./domain/polling";
import { noSuchRunner, RUNNER_NAMES } from "./domain/run";
import type { RunParams } from "./fix/stages/context";
import type { FixQueueMessage, IngestQueueMessage } from "./jobs/messages";
import type { createRunObject } from "./fix/run-object";
import type { createMeterObject } from "./projects/meter-object";
import type { createProjectObject } from "./triage/project-object";

type ProjectObject = InstanceType<ReturnType<typeof createProjectObject>>;
type RunObject = InstanceType<ReturnType<typeof createRunObject>>;
type MeterObject = InstanceType<ReturnType<typeof createMeterObject>>;

/** What Cloudflare binds (wrangler.toml). */
export type Bindings = {
  DB: D1Database;
  PROJECT: DurableObjectNamespace<ProjectObject>;
  RUN: DurableObjectNamespace<RunObject>;
  METER: DurableObjectNamespace<MeterObject>;
  FIX_QUEUE: Queue<FixQueueMessage>;
  INGEST_QUEUE: Queue<IngestQueueMessage>;
  FIX_WORKFLOW: Workflow<RunParams>;
  ARCHIVE: R2Bucket;
  VECTORS: Vectorize;
  /** Workers AI: bound only where an installation wants it. */
  AI?: Ai;
};

/** The Worker's environment: bindings, and strings that are read in this file only. */
export type Env = Bindings & Record<string, unknown>;

const url = z.url().transform((text) => text.replace(/\/+$/, ""));
const optionalText = z
  .string()
  .trim()
  .transform((text) => text || undefined)
  .optional();
const optionalUrl = z.preprocess((value) => value || undefined, url.optional());

const Settings = z.object({
  APP_ENV: z.enum(["production", "local", "test"]).default("production"),
  PUBLIC_API_URL: url.default("http://127.0.0.1:8787"),
  PUBLIC_DASHBOARD_URL: url.default("http://127.0.0.1:8788"),
  SANDBOX_GATEWAY_URL: optionalUrl,
  // The domain whose mail Cloudflare Email Routing hands to this Worker. Empty: no project has a mail address.
  MAIL_DOMAIN: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^(?:[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)?$/, "must be a domain, like in.example.com")
    .transform((text) => text || undefined)
    .optional(),
  SEALING_KEY: z.string().min(32, "must be at least 32 characters, random and secret"),
  SETUP_TOKEN: optionalText,
  GITHUB_API_URL: url.default("https://api.github.com"),
  GITHUB_TOKEN: optionalText,
  GITHUB_REPO: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, "must look like owner/name")
    .optional(),
  BASE_BRANCH: optionalText,
  REDDIT_CLIENT_ID: optionalText,
  REDDIT_CLIENT_SECRET: optionalText,
  // Listings with a token; and grants of tokens and the public listings.
  REDDIT_API_URL: url.default("https://oauth.reddit.com"),
  REDDIT_WEB_URL: url.default("https://www.reddit.com"),
  REDDIT_USER_AGENT: z.string().trim().min(1).max(200).default("web:soulcaster:v1"),
  // Reports that one source may bring in a minute; a burst may have as many at once.
  INGEST_REPORTS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(30_000),
  // Polled for projects that have no list of their own.
  REDDIT_SUBREDDITS: optionalText
    .transform((text) => (text ?? "").split(/[\s,]+/).filter(Boolean))
    .pipe(SubredditList),
  E2B_API_KEY: optionalText,
  E2B_API_URL: optionalUrl,
  E2B_SANDBOX_URL: optionalUrl,
  KILOCODE_TEMPLATE_NAME: z.string().default("base"),
  // The agent's program in the sandbox: a name on its PATH or an absolute path. Empty: there is none.
  KILOCODE_COMMAND: z.string().trim().default("kilo"),
  OPENCODE_COMMAND: z.string().trim().default("opencode"),
  GEMINI_CLI_COMMAND: z.string().trim().default("gemini"),
  CODEX_COMMAND: z.string().trim().default("codex"),
  GEMINI_API_KEY: optionalText,
  GEMINI_BASE_URL: optionalUrl,
  GEMINI_MODEL: z.string().default("gemini-2.5-flash"),
  GEMINI_INPUT_USD_PER_MTOK: z.coerce.number().nonnegative().default(0.3),
  GEMINI_OUTPUT_USD_PER_MTOK: z.coerce.number().nonnegative().default(2.5),
  // Embeddings have an input only.
  GEMINI_EMBEDDING_USD_PER_MTOK: z.coerce.number().nonnegative().default(0.15),
  WORKERS_AI_EMBEDDING_USD_PER_MTOK: z.coerce.number().nonnegative().default(0.067),
  MODEL_BASE_URL: optionalUrl,
  MODEL_API_KEY: optionalText,
  MODEL_NAME: z.string().default("gemini-2.5-pro"),
  MODEL_INPUT_USD_PER_MTOK: z.coerce.number().nonnegative().default(1.25),
  MODEL_OUTPUT_USD_PER_MTOK: z.coerce.number().nonnegative().default(10),
  // Answers in place of the others when their service is out of order or its quota of the day is used up.
  MODEL_FALLBACK_WIRE: z.enum(["openai", "gemini"]).default("openai"),
  MODEL_FALLBACK_BASE_URL: optionalUrl,
  MODEL_FALLBACK_API_KEY: optionalText,
  MODEL_FALLBACK_NAME: optionalText,
  MODEL_FALLBACK_INPUT_USD_PER_MTOK: z.coerce.number().nonnegative().default(1.25),
  MODEL_FALLBACK_OUTPUT_USD_PER_MTOK: z.coerce.number().nonnegative().default(10),
  SANDBOX_RUNNERS: z.enum(["all", "repair_rules"]).default("all"),
  CODING_AGENT_RUNNER: z
    .enum(["auto", ...RUNNER_NAMES], { error: ({ input }) => `${noSuchRunner(input)}, or auto` })
    .default("auto"),
  RUN_BUDGET_USD: z.coerce.number().positive().max(1000).default(5),
  DAILY_BUDGET_USD: z.coerce.number().nonnegative().max(100_000).default(20),
  VECTOR_BACKEND: z.enum(["vectorize", "local"]).default("vectorize"),
  // `auto`: Gemini with a key, else Workers AI where it is bound, else the built-in one.
  CLUSTERING_EMBEDDER: z.enum(["auto", ...EMBEDDER_NAMES]).default("auto"),
  CLUSTERING_METHOD: z.enum(GROUPING_METHODS).default(DEFAULT_GROUPING.method),
  CLUSTERING_SIM_THRESHOLD: z.coerce
    .number()
    .min(0.01)
    .max(0.99)
    .default(DEFAULT_GROUPING.threshold),
  CLUSTERING_MIN_CLUSTER_SIZE: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(DEFAULT_GROUPING.minClusterSize),
  CLUSTERING_TRUNCATE_BODY_CHARS: z.coerce
    .number()
    .int()
    .min(100)
    .max(8000)
    .default(DEFAULT_GROUPING.truncateBodyChars),
});
export type Settings = z.infer<typeof Settings>;

/**
 * What is wrong with the settings that are there, one line for each: its name and the fault, never its value. What is missing is no
 * fault here: secrets may come later.
 */
export function wrongSettings(values: object): string[] {
  const { error } = Settings.safeParse(values);
  const given = new Map(Object.entries(values));
  const there = error?.issues.filter(({ path }) => given.get(String(path[0])) !== undefined) ?? [];
  return there.map(({ path, message }) => `Setting ${path.join(".")}: ${message}`);
}

/**
 * For the start of the Worker: throws where a setting that is there is wrong. Cloudflare runs a Worker's start when it is uploaded,
 * so such a deployment is refused, and the one before goes on.
 */
export function refuseWrongSettings(values: object): void {
  const wrong = wrongSettings(values);
  if (wrong.length > 0) throw new DomainError("misconfigured", wrong.join("; "));
}

const SECRETS = [
  "SEALING_KEY",
  "SETUP_TOKEN",
  "GITHUB_TOKEN",
  "REDDIT_CLIENT_SECRET",
  "E2B_API_KEY",
  "GEMINI_API_KEY",
  "MODEL_API_KEY",
  "MODEL_FALLBACK_API_KEY",
] as const satisfies (keyof Settings)[];

/** The values of all secrets that are set. */
export function secretsAmong(settings: Settings): string[] {
  return SECRETS.flatMap((name) => settings[name] ?? []);
}

const parsed = new WeakMap<object, Settings>();

/**
 * The settings of an environment, parsed once per isolate. Throws `misconfigured`, naming the first variable at fault, and says so in
 * the log: a bad value stops every entry and never becomes a default in silence.
 */
export function settingsOf(env: Env): Settings {
  const known = parsed.get(env);
  if (known) return known;
  const result = Settings.safeParse(env);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const what = `Setting ${issue.path.join(".")}: ${issue.message}`;
    const refused = new DomainError("misconfigured", what);
    logFailure("misconfigured", refused);
    throw refused;
  }
  parsed.set(env, result.data);
  return result.data;
}
