import type { ProjectSettings } from "./project";

/** One attempt to fix a cluster. `waiting`: held for a person (see `WaitingFor`). */
export const RUN_STATUSES = [
  "pending",
  "running",
  "waiting",
  "succeeded",
  "failed",
  "cancelled",
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const LIVE_RUN_STATUSES = ["pending", "running", "waiting"] as const satisfies RunStatus[];

const NEXT: Record<RunStatus, readonly RunStatus[]> = {
  pending: ["running", "waiting", "failed", "cancelled"],
  running: ["waiting", "succeeded", "failed", "cancelled"],
  waiting: ["pending", "running", "failed", "cancelled"],
  succeeded: [],
  failed: [],
  cancelled: [],
};

/** Whether a run may go from one status to the other. Ended runs never move again. */
export function canMoveRun(from: RunStatus, to: RunStatus): boolean {
  return NEXT[from].includes(to);
}

/** Statuses from which `to` can be reached: for the `WHERE` of a conditional write. */
export function runStatusesBefore(to: RunStatus): RunStatus[] {
  return RUN_STATUSES.filter((from) => canMoveRun(from, to));
}

export function isLiveRun(status: RunStatus): boolean {
  return NEXT[status].length > 0;
}

export const RUNNER_NAMES = [
  "sandbox_kilo",
  "sandbox_opencode",
  "sandbox_gemini_cli",
  "sandbox_codex",
  "llm_patch",
  "repair_rules",
] as const;
export type RunnerName = (typeof RUNNER_NAMES)[number];

/** What of its project a run keeps as it was when it was started, whatever is changed meanwhile. */
export type RunSettings = {
  githubRepo: string | null;
  baseBranch: string | null;
  pathPrefix: string | null;
  setupCommand: string | null;
  testCommand: string | null;
  settings: ProjectSettings;
};

/** What to tell who names a runner that there is none of. */
export function noSuchRunner(asked: unknown): string {
  const choice = `choose one of ${RUNNER_NAMES.join(", ")}`;
  return typeof asked === "string" && /claude/i.test(asked)
    ? `Claude Code speaks Anthropic's Messages API only, which the model gateway does not: ${choice}`
    : choice;
}

/** Depth of a run event: 1 = stages, 2 = agent turns, 3 = raw output. */
export type RunEventLevel = 1 | 2 | 3;

/** One entry of a run's log. `seq` counts from 1 without gaps; `at` is epoch milliseconds; `text` is cut. */
export type RunEvent = {
  seq: number;
  at: number;
  level: RunEventLevel;
  stage: string;
  kind: "stage" | "info" | "error" | "output" | "tool" | "message" | "end";
  text: string;
};
