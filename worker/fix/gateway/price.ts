export type TokenCount = { input: number; output: number };

/** US dollars for a million tokens. */
export type Price = { input: number; output: number };

/** The price in millionths of a dollar, rounded up. */
export function priceMicroUsd(tokens: TokenCount, price: Price): number {
  return Math.ceil(tokens.input * price.input + tokens.output * price.output);
}
