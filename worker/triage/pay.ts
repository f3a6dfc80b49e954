/** What a call of a model may use, or has used. */
export type TokenCount = { input: number; output: number };

/**
 * Makes one call of a model that costs money: its highest price is reserved on the project's day and written in the ledger, it is
 * made, and it is settled by what it told (`used`; null: the highest price stands). Throws `budget_exceeded` where the money does
 * not suffice, and whatever the call throws, which then costs nothing.
 */
export type Pay = <T>(
  most: TokenCount,
  call: () => Promise<{ answer: T; used: TokenCount | null }>,
) => Promise<T>;

/** Low, so that the reservation is not. */
const BYTES_PER_TOKEN = 3;

/** The most tokens that a text may have. */
export function mostTokens(text: string): number {
  return Math.ceil(new TextEncoder().encode(text).byteLength / BYTES_PER_TOKEN);
}
