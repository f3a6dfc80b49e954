const DAY_MS = 86_400_000;
/** Within about a fortnight it hardly matters how far apart two reports are. */
const UNIT_MS = 14 * DAY_MS;
/** Raw similarity, on the scale of texts, that a gap e times as long costs. Measured with `npm run eval` on sets with dates. */
const WEIGHT = 0.03;
/** Where a gap counts neither for nor against: this part of the way, in logarithms, from none to that of two random reports. */
const NEUTRAL = 0.4;
/** A date from another century says nothing about a project's age. */
const LONGEST_MS = 10 * 365 * DAY_MS;

/**
 * What the time between two reports says about whether they are one problem, in raw similarity to add to theirs: above 0 for
 * reports that came near each other, below 0 for those far apart. Reports of one problem come in bursts (a release, an
 * outage), any two reports of a project do not, so the ratio of the two chances falls with the gap, and what counts as near
 * depends on how long the project has had reports at all (`spanMs`). 0 when the gap is not known (`null`).
 */
export function nearnessInTime(gapMs: number | null, spanMs: number): number {
  if (gapMs === null) return 0;
  const random = Math.min(spanMs, LONGEST_MS) / 3;
  return WEIGHT * (NEUTRAL * Math.log1p(random / UNIT_MS) - Math.log1p(gapMs / UNIT_MS));
}

/** The shortest time between a report of one list and one of the other, both in ascending order; `null`: one is empty. */
export function shortestGap(a: readonly number[], b: readonly number[]): number | null {
  if (a.length === 0 || b.length === 0) return null;
  let shortest = Infinity;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    shortest = Math.min(shortest, Math.abs(a[i]! - b[j]!));
    if (a[i]! < b[j]!) i += 1;
    else j += 1;
  }
  return shortest;
}
