/** What a waiting run waits for: an approved plan, a word about findings, or a decision after a pause. */
export const WAITING_FOR = ["approval", "findings", "decision"] as const;
export type WaitingFor = (typeof WAITING_FOR)[number];

/** `person`: somebody pressed pause. `sandbox`: it was lost too often. The others are the run's limits. */
export const PAUSE_REASONS = ["person", "minutes", "turns", "money", "quota", "sandbox"] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

/** `text` is for people; `by` is an actor's name; `at` is epoch milliseconds. `unreviewed`: only the review of the change was missing. */
export type Pause = {
  reason: PauseReason;
  text: string;
  by: string;
  at: number;
  unreviewed?: boolean;
};

/** What a person wants of a running run. `id` tells one press from the next. */
export type Asked =
  | { kind: "pause"; id: string; by: string; at: number }
  | { kind: "redirect"; id: string; text: string; by: string; at: number };

/** A sentence that a person told the agent. */
export type Guidance = { text: string; by: string; at: number };

/**
 * Where a run begins in a fresh sandbox: `start`: from the base. `work`: from its last saved patch, and the agent goes on.
 * `proof`: with its patch as it is, which is tested and delivered.
 */
export const RUN_ORIGINS = ["start", "work", "proof"] as const;
export type RunOrigin = (typeof RUN_ORIGINS)[number];

/** `minutes` and `turns` (model calls) of an agent's work, and money. Reached, they pause the run. */
export type RunLimits = { minutes: number; turns: number; microUsd: number };

export const DEFAULT_LIMITS = { minutes: 30, turns: 200 } as const;

export type LimitReason = Exclude<PauseReason, "person" | "sandbox">;

/** How much of its limits a run has used. `refused`: what the gateway refused a model call for. */
export type RunUse = {
  workedMs: number;
  turns: number;
  spentMicroUsd: number;
  refused: "turns" | "money" | "quota" | null;
};

/** The limit that a run has reached, in plain words; null when it has room. Pure. */
export function limitReached(
  use: RunUse,
  limits: RunLimits,
): { reason: LimitReason; text: string } | null {
  if (use.refused === "quota") {
    const text = "The day's budget of models, or their service's quota of the day, is used up.";
    return { reason: "quota", text };
  }
  if (use.refused === "money") {
    const usd = (limits.microUsd / 1_000_000).toFixed(2);
    return { reason: "money", text: `The next model call could pass the run's limit of $${usd}.` };
  }
  if (use.refused === "turns") {
    return { reason: "turns", text: `The agent has made ${limits.turns} model calls, its limit.` };
  }
  if (use.workedMs < limits.minutes * 60_000) return null;
  return {
    reason: "minutes",
    text: `The agent has worked for ${limits.minutes} minutes, its limit.`,
  };
}
