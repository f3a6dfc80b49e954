import { z } from "zod";

/** What models are asked for. `judge`: whether two reports in the grey zone tell of one problem. */
export const MODEL_TASKS = ["embed", "judge", "summarize", "plan", "code", "review"] as const;
export type ModelTask = (typeof MODEL_TASKS)[number];

/** US dollars for a million tokens, which is millionths of a dollar for one. */
export type ModelPrice = { input: number; output: number };

const usdPerMtok = z.number().nonnegative().max(10_000);

/** A model by the name that its service knows, and what it costs there. */
export const ModelChoice = z.object({
  name: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9][\w./:@-]*$/, "is not the name of a model"),
  input_usd_per_mtok: usdPerMtok,
  output_usd_per_mtok: usdPerMtok,
});
export type ModelChoice = z.infer<typeof ModelChoice>;

/** A project's own models; what it leaves out comes from the installation's settings. */
export const ModelChoices = z.partialRecord(z.enum(MODEL_TASKS), ModelChoice);
export type ModelChoices = z.infer<typeof ModelChoices>;

/** The price that a call was counted with, as text: dollars per million tokens in, and out. */
export function priceVersion(price: ModelPrice): string {
  return `${price.input}/${price.output}`;
}

/**
 * `reserved`: the highest price stands, because the answer broke off or told no usage. `settled`: by the usage that the answer told.
 * `refused`: the service gave no answer, which costs nothing.
 */
export const MODEL_CALL_OUTCOMES = ["reserved", "settled", "refused"] as const;
export type ModelCallOutcome = (typeof MODEL_CALL_OUTCOMES)[number];
