import type { GroupingMethod } from "../domain/grouping";
import type { Anchors } from "./embedders/embedder";

/** The user-facing similarity that an embedder's anchors stand for. */
export const DEFAULT_LINE = 0.72;
/** From this share of stack features on, a report counts as all stack. */
const ALL_STACK = 0.8;

/**
 * What a strategy's comparisons ask beyond average linkage, in raw similarity: those that compare with one member or with
 * a centroid reach higher values on the same pairs.
 */
const STRATEGY_OFFSETS: Record<GroupingMethod, Anchors> = {
  agglomerative: { text: 0, stack: 0 },
  centroid: { text: 0.07, stack: 0.05 },
  vector_like: { text: 0.07, stack: 0.05 },
};

/** How far below and above the line, on the user's scale, the third tier looks again. */
const GREY_BELOW = 0.08;
const GREY_ABOVE = 0.1;

/** The grey zone around a user-facing threshold, on the same scale. */
export function greyZone(threshold: number): { low: number; high: number } {
  return { low: clamp(threshold - GREY_BELOW), high: clamp(threshold + GREY_ABOVE) };
}

/** The anchors of an embedder as one strategy sees them. */
export function anchorsFor(method: GroupingMethod, anchors: Anchors): Anchors {
  const offset = STRATEGY_OFFSETS[method];
  return { text: anchors.text + offset.text, stack: anchors.stack + offset.stack };
}

/**
 * The raw similarity that a user-facing one means: linear from 0 to the anchor at `DEFAULT_LINE`, and from there to 1.
 * Strictly increasing; `fromRaw` is its inverse. Both take values outside 0..1 to the nearest end.
 */
export function toRaw(userFacing: number, anchor: number): number {
  const u = clamp(userFacing);
  if (u <= DEFAULT_LINE) return (anchor * u) / DEFAULT_LINE;
  return anchor + ((u - DEFAULT_LINE) / (1 - DEFAULT_LINE)) * (1 - anchor);
}

/** The user-facing similarity of a raw one. */
export function fromRaw(raw: number, anchor: number): number {
  const r = clamp(raw);
  if (r <= anchor) return (r / anchor) * DEFAULT_LINE;
  return DEFAULT_LINE + ((r - anchor) / (1 - anchor)) * (1 - DEFAULT_LINE);
}

/**
 * The raw cosine at which a pair counts as equal to `userFacing`. `stackShares` are the two reports' shares of stack
 * features: two texts are measured by the text anchor, two stacks by the stack anchor, and a mixed pair by the geometric
 * mean between them, eased (`mixedEase`). That mean is what makes it a product of one factor per report (`scaleOf`).
 */
export function pairLine(
  userFacing: number,
  stackShares: [number, number],
  anchors: Anchors,
): number {
  const share = (stackness(stackShares[0]) + stackness(stackShares[1])) / 2;
  const mean =
    toRaw(userFacing, anchors.text) ** (1 - share) * toRaw(userFacing, anchors.stack) ** share;
  return mean / mixedEase(stackShares);
}

/**
 * A text that names a crash shares few features with it, but by chance it would share hardly any: how much nearer a pair of a
 * text and a stack counts than the mean of both anchors has it.
 */
export const MIXED_EASE = 1.2;

/** `1 + e (s - s')²` with s how much of a report is stack: 1 for two of a kind. `grey-groups.ts` relies on this form. */
export function mixedEase(stackShares: readonly [number, number]): number {
  return 1 + MIXED_EASE * (stackness(stackShares[0]) - stackness(stackShares[1])) ** 2;
}

/**
 * How much nearer a text and a crash count when the text quotes the crash's message. By chance a text that quotes it is as near as
 * any other text; the least that a pair of one problem has is some six tenths of the line.
 */
export const QUOTE_EASE = 1.6;

/**
 * The factor for a report's vector under which every pair of a kind has one line: the scaled dot product, times `mixedEase`,
 * exceeds `toRaw(userFacing, anchors.text)` exactly when the cosine exceeds `pairLine`. Scaled vectors keep the algebra
 * of sums that average linkage rests on.
 */
export function scaleOf(userFacing: number, stackShare: number, anchors: Anchors): number {
  const text = toRaw(userFacing, anchors.text);
  const stack = toRaw(userFacing, anchors.stack);
  if (stack <= 0) return 1;
  return (text / stack) ** (stackness(stackShare) / 2);
}

/** The user-facing similarity of a pair with this raw cosine: the inverse of `pairLine`, found by bisection. */
export function userFacing(raw: number, stackShares: [number, number], anchors: Anchors): number {
  const share = (stackness(stackShares[0]) + stackness(stackShares[1])) / 2;
  if (share === 0) return fromRaw(raw, anchors.text);
  if (share === 1) return fromRaw(raw, anchors.stack);
  let low = 0;
  let high = 1;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (pairLine(middle, stackShares, anchors) < raw) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Whether one of two reports is mainly a text and the other mainly a stack. */
export function areTextAndStack(one: number, other: number): boolean {
  const [a, b] = [Math.max(0, stackness(one)), Math.max(0, stackness(other))];
  return Math.abs(a - b) > 0.5;
}

/** 0 for a text, 1 for a report that is mainly stack; below 0 for a text of a few words. */
export function stackness(share: number): number {
  return Math.min(1, Math.max(-1, share) / ALL_STACK);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
