import type { AssignInput, AssignItem, SimilarPair } from "./assignment";
import { areTextAndStack, mixedEase, QUOTE_EASE } from "./threshold";

/** Rounding of float32 must not drop a pair at the line: the strategy decides again in float64. */
export const GUARD = 1e-6;

/** Two near items, by their places, with what their scaled similarity counts as. */
export type Edge = { i: number; j: number; similarity: number };

/** The two places of an edge. */
export function placesOf({ i, j }: Edge): [number, number] {
  return [i, j];
}

/** Pairs of these items whose scaled similarity is above a raw line. */
export function edgesAbove(
  pairs: AssignInput["pairs"],
  items: readonly AssignItem[],
  line: number,
  scales: readonly number[],
  places: Map<string, number>,
): Edge[] {
  const edges: Edge[] = [];
  const quotations = tellingQuotations(pairs, items, places);
  for (const pair of pairs) {
    const { a, b, cosine } = pair;
    const i = places.get(a);
    const j = places.get(b);
    if (i === undefined || j === undefined || i === j) continue;
    const scaled = cosine * scales[i]! * scales[j]!;
    const eased = scaled * mixedEase([items[i]!.stackShare, items[j]!.stackShare]);
    const similarity = quotations.has(pair) ? eased * QUOTE_EASE : eased;
    if (similarity > line - GUARD) edges.push({ i, j, similarity });
  }
  return edges;
}

/** How near another place that crashes with the quoted message may be, to the one that is meant. */
const RIVAL = 0.8;

/** The pairs of one text with the crashes of one place that it quotes. */
type Quoted = { crash: AssignItem; pairs: SimilarPair[]; nearest: number };

/**
 * Quotations that tell which crash is meant. The same message may crash in several places: then the one that the text resembles
 * otherwise is meant, or none.
 */
function tellingQuotations(
  pairs: AssignInput["pairs"],
  items: readonly AssignItem[],
  places: Map<string, number>,
): Set<SimilarPair> {
  const byText = new Map<number, Map<string, Quoted>>();
  for (const pair of pairs) {
    if (!pair.quoted) continue;
    const [i, j] = [places.get(pair.a), places.get(pair.b)];
    if (i === undefined || j === undefined) continue;
    const [text, other] = items[i]!.stackShare < items[j]!.stackShare ? [i, j] : [j, i];
    const crash = items[other]!;
    const key = String(crash.trace ?? crash.id);
    const quoted = byText.get(text) ?? new Map<string, Quoted>();
    const known = quoted.get(key) ?? { crash, pairs: [], nearest: 0 };
    known.pairs.push(pair);
    known.nearest = Math.max(known.nearest, pair.cosine);
    byText.set(text, quoted.set(key, known));
  }
  const telling = [...byText.values()].flatMap((quoted) => {
    const all = [...quoted.values()];
    return all.filter((one) => !all.some((other) => isRival(one, other)));
  });
  return new Set(telling.flatMap((one) => one.pairs));
}

function isRival(one: Quoted, other: Quoted): boolean {
  return other.nearest > RIVAL * one.nearest && areDifferentCrashes(one.crash, other.crash);
}

/** Near pairs whose traces have no function in common: the same prose, but two crashes. What is one block stays one. */
export function differentCrashes(
  near: readonly Edge[],
  items: readonly AssignItem[],
  blocks: readonly number[],
): [number, number][] {
  return near
    .map(placesOf)
    .filter(([i, j]) => blocks[i] !== blocks[j] && areDifferentCrashes(items[i]!, items[j]!));
}

function areDifferentCrashes({ trace: a }: AssignItem, { trace: b }: AssignItem): boolean {
  return !!a && !!b && !a.some((key) => b.includes(key));
}

/** From so far above the line on, what a text and a stack share is no chance: the text names the crash. */
const NAMED = 1.15;

/** Pairs of a text and a crash that the text names or quotes. `line` is raw. */
export function quotesAmong(
  near: readonly Edge[],
  items: readonly AssignItem[],
  line: number,
): Edge[] {
  return near.filter(
    ({ i, j, similarity }) =>
      similarity > NAMED * line && areTextAndStack(items[i]!.stackShare, items[j]!.stackShare),
  );
}
