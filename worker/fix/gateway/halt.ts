/** What a model call was refused for where another try now would not help: the run's money, or what the day has of money or calls. */
export type HaltReason = "money" | "quota";

const HALTS = {
  run_budget: { reason: "money", text: "The run has used up its budget." },
  day_budget: { reason: "quota", text: "The project has used up its budget of the day." },
  daily_quota: {
    reason: "quota",
    text: "The model's service has no calls left for today. Go on tomorrow, or with another model.",
  },
} as const satisfies Record<string, { reason: HaltReason; text: string }>;

/** The run has to wait for a person; it loses nothing. The message is for people. */
export class ModelHalt extends Error {
  override readonly name = "ModelHalt";
  readonly reason: HaltReason;

  constructor(why: keyof typeof HALTS) {
    super(HALTS[why].text);
    this.reason = HALTS[why].reason;
  }
}
