import type { RunnerName, RunStatus, RunView } from "../../api.server";
import { Badge, type Tone } from "../../ui/badge";
import type { IconName } from "../../ui/icon";

type Look = { label: string; tone: Tone; icon: IconName; pulse?: true };

/** How each status reads and looks: total, so that a new status does not compile without its words. */
export const RUN_LOOKS: Record<RunStatus, Look> = {
  pending: { label: "Pending", tone: "accent", icon: "clock" },
  running: { label: "Running", tone: "accent", icon: "run", pulse: true },
  waiting: { label: "Waiting", tone: "warn", icon: "pause" },
  succeeded: { label: "Succeeded", tone: "good", icon: "check" },
  failed: { label: "Failed", tone: "bad", icon: "alert" },
  cancelled: { label: "Cancelled", tone: "quiet", icon: "cross" },
};

export const RUN_STATUSES = Object.keys(RUN_LOOKS) as RunStatus[];

export const RUNNER_LABELS: Record<RunnerName, string> = {
  sandbox_kilo: "Kilocode in the sandbox",
  sandbox_opencode: "opencode in the sandbox",
  sandbox_gemini_cli: "Gemini CLI in the sandbox",
  sandbox_codex: "Codex in the sandbox",
  llm_patch: "One model call, no agent",
  repair_rules: "Repair rules",
};

export const RUNNER_NAMES = Object.keys(RUNNER_LABELS) as RunnerName[];

type BadgeProps = { status: RunStatus; waiting_for?: RunView["waiting_for"] };

/** What a waiting run waits for, as its state. */
const WAITING_LABELS: Record<NonNullable<RunView["waiting_for"]>, string> = {
  approval: "Needs approval",
  findings: "Findings",
  decision: "Paused",
};

export function RunBadge({ status, waiting_for }: BadgeProps) {
  const { label, ...look } = RUN_LOOKS[status];
  return <Badge {...look}>{waiting_for ? WAITING_LABELS[waiting_for] : label}</Badge>;
}

/** Whether a run may still change. */
export function isUnderWay(status: RunStatus): boolean {
  return status === "pending" || status === "running" || status === "waiting";
}

/** Whether a runner is an agent that can be told something; the others are asked once. */
export function isAgent(runner: RunnerName): boolean {
  return runner !== "repair_rules" && runner !== "llm_patch";
}
