/** Why a run cannot go on asking models, and another try now would not help. The run is paused for a person, and loses nothing. */
export const HALT_REASONS = ["daily_quota", "run_budget", "day_budget"] as const;
export type HaltReason = (typeof HALT_REASONS)[number];

/** What people read. */
export const HALT_TEXTS: Record<HaltReason, string> = {
  daily_quota:
    "The model's service has no calls left for today. Go on tomorrow, or with another model.",
  run_budget: "The run has used up its budget.",
  day_budget: "The project has used up its budget of the day.",
};

/** Thrown where the Worker itself asked a model. (An agent's call leaves the reason in the run's log.) */
export class ModelHalt extends Error {
  override readonly name = "ModelHalt";

  constructor(readonly reason: HaltReason) {
    super(HALT_TEXTS[reason]);
  }
}
