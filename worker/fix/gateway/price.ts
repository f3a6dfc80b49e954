import type { ModelPrice } from "../../domain/models";

export type TokenCount = { input: number; output: number };

/** The price in millionths of a dollar, rounded up. */
export function priceMicroUsd(tokens: TokenCount, price: ModelPrice): number {
  return Math.ceil(tokens.input * price.input + tokens.output * price.output);
}
