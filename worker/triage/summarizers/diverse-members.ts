import { addVector, dot, dotOfSumWith } from "../vectors/dot";
import type { SummaryMember } from "./summarizer";

/**
 * Up to `limit` members that differ: the most central first, then always the one that is least like those already
 * chosen. Members without a vector are taken last. Deterministic.
 */
export function diverseMembers(members: readonly SummaryMember[], limit: number): SummaryMember[] {
  if (members.length <= limit) return [...members];
  const rest = [...members];
  const chosen = rest.splice(centralIndex(rest), 1);
  while (chosen.length < limit) {
    let best = 0;
    let least = Infinity;
    rest.forEach((member, i) => {
      const likeness = Math.max(...chosen.map((other) => similarity(member, other)));
      if (likeness < least) [best, least] = [i, likeness];
    });
    chosen.push(...rest.splice(best, 1));
  }
  return chosen;
}

/** The member whose vector is nearest to the sum of all; the first when none has a vector. */
export function centralIndex(members: readonly SummaryMember[]): number {
  const first = members.find((member) => member.vector)?.vector;
  if (!first) return 0;
  const sum = new Float64Array(first.length);
  for (const { vector } of members) if (vector) addVector(sum, vector, 1);
  let best = 0;
  let most = -Infinity;
  members.forEach(({ vector }, i) => {
    const likeness = vector ? dotOfSumWith(sum, vector) : -Infinity;
    if (likeness > most) [best, most] = [i, likeness];
  });
  return best;
}

/** Members without a vector count as like everything, so that they come last. */
function similarity(a: SummaryMember, b: SummaryMember): number {
  return a.vector && b.vector ? dot(a.vector, b.vector) : 1;
}
