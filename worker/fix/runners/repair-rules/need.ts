import type { SyntaxNode } from "@lezer/common";

/**
 * What the surroundings of a value need once that value may be `undefined`:
 * nothing, a default in its place, a further `?.` at the node that reads or calls it, or more than a guard can give.
 */
export type Need =
  | { kind: "nothing" }
  | { kind: "default"; text: '""' | "0" | "[]" | "{}" }
  | { kind: "chain"; at: SyntaxNode }
  | { kind: "refuse"; reason: string };

export const NOTHING: Need = { kind: "nothing" };

export function refuse(reason: string): Need {
  return { kind: "refuse", reason };
}
