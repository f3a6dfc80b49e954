import { z } from "zod";
import { VERDICTS, type ChangeReview, type Evidence } from "../domain/evidence";
import { PlanContent } from "../domain/plan";
import { PULL_STATES, type PullReview } from "../domain/pull";
import { RUN_STATUSES, RUNNER_NAMES } from "../domain/run";
import { PAUSE_REASONS, RUN_ORIGINS, WAITING_FOR, type RunUse } from "../domain/steering";
import { isoTime } from "../kit/clock";
import type { PlanRow } from "../store/plans";
import type { RunRow } from "../store/runs";

/** Wire shapes of this room. */
export const PlanView = PlanContent.extend({
  id: z.string(),
  project_id: z.string(),
  cluster_id: z.string(),
  version: z.number(),
  base_sha: z.string().nullable(),
  author: z.string(),
  created_at: z.string(),
  approved_by: z.string().nullable(),
  approved_at: z.string().nullable(),
});
export type PlanView = z.infer<typeof PlanView>;

export function toPlanView(row: PlanRow): PlanView {
  return {
    ...row.content,
    id: row.id,
    project_id: row.projectId,
    cluster_id: row.clusterId,
    version: row.version,
    base_sha: row.baseSha,
    author: row.author,
    created_at: isoTime(row.createdAt),
    approved_by: row.approvedBy,
    approved_at: isoTime(row.approvedAt),
  };
}

const RunNumbers = z.object({ minutes: z.number(), turns: z.number(), micro_usd: z.number() });

/** `logs` is the tail of the log; `GET …/logs?from=` has all of it. */
export const RunView = z.object({
  id: z.string(),
  project_id: z.string(),
  cluster_id: z.string(),
  plan_id: z.string(),
  runner: z.enum(RUNNER_NAMES),
  status: z.enum(RUN_STATUSES),
  attempt: z.number(),
  /** What a waiting run waits for. */
  waiting_for: z.enum(WAITING_FOR).nullable(),
  /** Its place among the project's pending runs, from 1; null when it is not pending. In answers about one run. */
  queue_position: z.number().nullable(),
  /** Why it was paused last. */
  pause: z
    .object({ reason: z.enum(PAUSE_REASONS), text: z.string(), by: z.string(), at: z.string() })
    .nullable(),
  /** What a person asked of the running run that it has not done yet. */
  asked: z.enum(["pause", "redirect"]).nullable(),
  /** What people told its agent, oldest first. */
  guidance: z.array(z.object({ text: z.string(), by: z.string(), at: z.string() })),
  limits: RunNumbers.nullable(),
  /** What its agents have used so far; `turns` are model calls. In answers about one run. */
  used: RunNumbers.nullable(),
  /** Where a fresh sandbox of it begins. */
  resume_from: z.enum(RUN_ORIGINS),
  retry_of: z.string().nullable(),
  /** The pull request that it adds to, and how much was said there. */
  follow_up: z
    .object({ pull_number: z.number(), comments: z.number(), checks: z.array(z.string()) })
    .nullable(),
  /** What is open on its pull request since it was last worked on. In answers about one run. */
  review: z
    .object({
      changes_requested: z.array(z.string()),
      commented: z.array(z.string()),
      failing: z.array(z.string()),
    })
    .nullable(),
  logs: z.string(),
  artifact_url: z.string().nullable(),
  /** What the change's tests showed; null until they were run. */
  verdict: z.enum(VERDICTS).nullable(),
  /** Whether the run keeps a change without proof, which an approver may open as a draft all the same. */
  findings: z.boolean(),
  pr_url: z.string().nullable(),
  /** What became of its pull request, as the code host's webhooks told. */
  pr_state: z.enum(PULL_STATES).nullable(),
  branch: z.string().nullable(),
  base_sha: z.string().nullable(),
  error: z.string().nullable(),
  spent_micro_usd: z.number(),
  created_at: z.string(),
  updated_at: z.string(),
  finished_at: z.string().nullable(),
});
export type RunView = z.infer<typeof RunView>;

/** What only answers about one run tell: it takes asking others. */
export type RunNow = {
  logs: string;
  use: RunUse | null;
  queuePosition: number | null;
  review: PullReview | null;
};
const UNASKED: RunNow = { logs: "", use: null, queuePosition: null, review: null };

export function toRunView(row: RunRow, apiUrl: string, now: RunNow = UNASKED): RunView {
  const artifact = `${apiUrl}/projects/${row.projectId}/jobs/${row.id}/patch`;
  return {
    id: row.id,
    project_id: row.projectId,
    cluster_id: row.clusterId,
    plan_id: row.planId,
    runner: row.runner,
    status: row.status,
    attempt: row.attempt,
    waiting_for: row.status === "waiting" ? row.waitingFor : null,
    queue_position: now.queuePosition,
    pause: row.pause && {
      reason: row.pause.reason,
      text: row.pause.text,
      by: row.pause.by,
      at: isoTime(row.pause.at),
    },
    asked: row.asked?.kind ?? null,
    guidance: row.guidance.map((one) => ({ ...one, at: isoTime(one.at) })),
    limits: row.limits && {
      minutes: row.limits.minutes,
      turns: row.limits.turns,
      micro_usd: row.limits.microUsd,
    },
    used: now.use && {
      minutes: Math.round(now.use.workedMs / 6_000) / 10,
      turns: now.use.turns,
      micro_usd: now.use.spentMicroUsd,
    },
    resume_from: row.resumeFrom,
    retry_of: row.retryOf,
    follow_up: row.followUp && {
      pull_number: row.followUp.pullNumber,
      comments: row.followUp.comments.length,
      checks: row.followUp.checks.map(({ name }) => name),
    },
    review: now.review && {
      changes_requested: now.review.changesRequested,
      commented: now.review.commented,
      failing: now.review.failing,
    },
    logs: now.logs,
    artifact_url: row.artifactKey === null ? null : artifact,
    verdict: row.evidence?.verdict ?? null,
    findings: row.status === "waiting" && row.waitingFor === "findings",
    pr_url: row.prUrl,
    pr_state: row.prState,
    branch: row.branch,
    base_sha: row.baseSha,
    error: row.error,
    spent_micro_usd: row.spentMicroUsd,
    created_at: isoTime(row.createdAt),
    updated_at: isoTime(row.updatedAt),
    finished_at: isoTime(row.finishedAt),
  };
}

const Outcomes = z.array(z.enum(["passed", "failed", "skipped", "absent"]));

/** The evidence of a run: each test at the base with the change's tests (twice), and with the whole change (twice). */
export const EvidenceView = z.object({
  verdict: z.enum(VERDICTS),
  because: z.string(),
  command: z.string().nullable(),
  format: z.enum(["tap", "junit", "json", "text"]).nullable(),
  tests: z.array(
    z.object({
      name: z.string(),
      before: Outcomes,
      after: Outcomes,
      reason: z.string().nullable(),
      counts: z.boolean(),
    }),
  ),
  preexisting: z.array(z.string()),
  preexisting_count: z.number(),
  newly_failing: z.array(z.string()),
  flags: z.array(z.string()),
  /** What a model found before the commit; null where none looked. `must_change`: what it would not let out. */
  review: z
    .object({
      by: z.string(),
      must_change: z.array(z.string()),
      notes: z.array(z.string()),
      missing: z.string().nullable(),
    })
    .nullable(),
  unchecked: z.array(z.string()),
  files: z.array(z.string()),
  patch_sha256: z.string(),
});
export type EvidenceView = z.infer<typeof EvidenceView>;

export function toEvidenceView(evidence: Evidence): EvidenceView {
  return {
    verdict: evidence.verdict,
    because: evidence.because,
    command: evidence.command,
    format: evidence.format,
    tests: evidence.rows,
    preexisting: evidence.preexisting,
    preexisting_count: evidence.preexistingCount,
    newly_failing: evidence.newlyFailing,
    flags: evidence.flags,
    review: toReviewView(evidence.review ?? null),
    unchecked: evidence.unchecked,
    files: evidence.files.map((file) => file.path),
    patch_sha256: evidence.patchSha256,
  };
}

function toReviewView(review: ChangeReview | null): EvidenceView["review"] {
  if (!review) return null;
  const { by, blocking, notes, missing } = review;
  return { by, must_change: blocking, notes, missing };
}

export const RunEventView = z.object({
  seq: z.number(),
  at: z.string(),
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  stage: z.string(),
  kind: z.enum(["stage", "info", "error", "output", "tool", "message", "end"]),
  text: z.string(),
});
export type RunEventView = z.infer<typeof RunEventView>;

/** A page of a run's log. `next_from` is the sequence number to ask for next; `ended` when no more will come. */
export const RunLogPage = z.object({
  events: z.array(RunEventView),
  next_from: z.number(),
  ended: z.boolean(),
});
export type RunLogPage = z.infer<typeof RunLogPage>;

export const RunStarted = z.object({ job_id: z.string(), status: z.enum(RUN_STATUSES) });
export type RunStarted = z.infer<typeof RunStarted>;
