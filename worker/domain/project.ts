import { z } from "zod";
import type { SourceKind } from "./feedback";
import { GROUPING_METHODS } from "./grouping";
import { ModelChoices } from "./models";
import { SCRUB_RULES } from "./scrub-rules";
import { DEFAULT_LIMITS, type RunLimits } from "./steering";

/** Kinds to which anyone may write. So may anyone by a DSN, which is a channel and no kind. */
export const PUBLIC_SOURCES: readonly SourceKind[] = ["reddit", "github"];

/** `public_sources`: where a report came from one of those, or by the DSN. */
export const FINDINGS_POLICIES = ["public_sources", "always", "never"] as const;
export type FindingsPolicy = (typeof FINDINGS_POLICIES)[number];

/** The most that a run's limits may be set or raised to. */
export const MOST = { minutes: 240, turns: 5_000, usd: 1_000 } as const;
/** Kinds that a project may trust: those to which not just anyone may write. What came by a DSN is never trusted: its key is public. */
export const TRUSTABLE_SOURCES = ["sentry", "github", "manual"] as const;

/** A comment that calls the bot (`@name review`), or the login of a reviewer to ask. */
export const ReviewRequest = z.union([
  z.object({ comment: z.string().trim().min(1).max(500) }).strict(),
  z
    .object({
      reviewer: z
        .string()
        .regex(
          /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,60})(?:\[bot\])?$/,
          "is not a login of the code host",
        ),
    })
    .strict(),
]);
export type ReviewRequest = z.infer<typeof ReviewRequest>;

/** What a project may set for itself; what it leaves out comes from the installation's settings. */
export const ProjectSettings = z.object({
  grouping: z
    .object({
      method: z.enum(GROUPING_METHODS).optional(),
      threshold: z.number().min(0.01).max(0.99).optional(),
      min_cluster_size: z.number().int().min(1).max(100).optional(),
    })
    .default({}),
  /** Kinds of personal data that are not scrubbed from this project's reports; what is left out is scrubbed. */
  scrub: z.partialRecord(z.enum(SCRUB_RULES), z.boolean()).default({}),
  /** Which runs without proof are kept as findings instead of opening a pull request; public sources when left out. */
  findings: z.enum(FINDINGS_POLICIES).optional(),
  /** What one run may use before it is paused; money is `RUN_BUDGET_USD` when left out. */
  limits: z
    .object({
      minutes: z.number().int().min(1).max(MOST.minutes).optional(),
      turns: z.number().int().min(1).max(MOST.turns).optional(),
      usd: z.number().min(0.01).max(MOST.usd).optional(),
    })
    .optional(),
  /** Runs that may be at work at the same time; others wait in the queue. */
  concurrent_runs: z.number().int().min(1).max(50).optional(),
  /** Days without a report after which a merged fix counts as one that holds. */
  soak_days: z.number().min(0).max(365).optional(),
  /** The models of this project, by task, with their prices. */
  models: ModelChoices.optional(),
  /** Kinds of sources whose reports need no approval of the plan, where the project asks for one. */
  trusted_sources: z.array(z.enum(TRUSTABLE_SOURCES)).max(3).optional(),
  /** What a new draft pull request asks an installed review bot. */
  review_request: ReviewRequest.optional(),
});
export type ProjectSettings = z.infer<typeof ProjectSettings>;

export const DEFAULT_SOAK_DAYS = 7;
export const DEFAULT_CONCURRENT_RUNS = 3;

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long a merged fix must be quiet, in milliseconds. */
export function soakMs(settings: ProjectSettings): number {
  return (settings.soak_days ?? DEFAULT_SOAK_DAYS) * DAY_MS;
}

/** What a run of this project may use. `budgetMicroUsd`: the installation's budget of one run. */
export function runLimits(settings: ProjectSettings, budgetMicroUsd: number): RunLimits {
  const { minutes, turns, usd } = settings.limits ?? {};
  return {
    minutes: minutes ?? DEFAULT_LIMITS.minutes,
    turns: turns ?? DEFAULT_LIMITS.turns,
    microUsd: usd === undefined ? budgetMicroUsd : Math.round(usd * 1_000_000),
  };
}

/** `owner/name` as GitHub allows it. */
export const RepositoryName = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/, "must look like owner/name")
  .refine((name) => !/\/\.{1,2}$/.test(name), "must look like owner/name");

/** A branch name that git accepts and that can never be read as an option (git check-ref-format, simplified). */
export const BranchName = z
  .string()
  .min(1)
  .max(200)
  .regex(
    /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)))[\w./@+#-]+(?<![./])$/,
    "is not a branch name",
  );

/** A folder inside the repository, without leading slash or `..`. */
export const PathPrefix = z
  .string()
  .max(300)
  .refine(isInside, "must be a folder inside the repository")
  .transform((path) => path.replace(/\/+$/, ""));

function isInside(path: string): boolean {
  return !/[\\\0]/.test(path) && !path.startsWith("/") && !path.split("/").includes("..");
}
