import type { ProposalReasons } from "../domain/proposal";
import type { AssignInput, AssignItem } from "./assignment";
import { userFacing } from "./threshold";
import { dot } from "./vectors/dot";

/** `places`: where each item is after the batch, in ids of clusters. */
export type ProposeInput = Pick<
  AssignInput,
  "items" | "clusters" | "pairs" | "threshold" | "anchors"
> & {
  places: ReadonlyMap<string, string>;
};

export type MergeProposal = { clusterId: string; intoId: string; reasons: ProposalReasons };

const MOST_PROPOSALS = 5;
const LOOKED_AT = 50;
const SAMPLE = 30;
const SHOWN_PAIRS = 3;

type Near = { a: string; b: string; similarity: number };
type Candidate = { a: string; b: string; near: Near[]; twins: number };

/**
 * Joins that only a frozen cluster stood against: the average similarity of two clusters (over at most 30 reports of each)
 * is above the line, or a fingerprint is in both. The five best. The frozen one takes the other; of two, the older.
 */
export function proposeMerges(input: ProposeInput): MergeProposal[] {
  const clusters = new Map(input.clusters.map((cluster) => [cluster.id, cluster]));
  const among = (id: string) => input.items.filter((item) => input.places.get(item.id) === id);
  const best = [...candidates(input).values()]
    .sort((x, y) => y.twins - x.twins || bestOf(y) - bestOf(x) || (x.a < y.a ? -1 : 1))
    .slice(0, LOOKED_AT);
  const found = best.flatMap((one): MergeProposal[] => {
    const similarity = average(among(one.a), among(one.b), input);
    if (one.twins === 0 && !(similarity !== null && similarity > input.threshold)) return [];
    const rank = (id: string) =>
      [clusters.get(id)?.frozen ? 0 : 1, clusters.get(id)?.createdAt ?? Infinity] as const;
    const [ra, rb] = [rank(one.a), rank(one.b)];
    const aTakes = ra[0] - rb[0] || ra[1] - rb[1] || (one.a < one.b ? -1 : 1);
    const [intoId, clusterId] = aTakes < 0 ? [one.a, one.b] : [one.b, one.a];
    return [{ clusterId, intoId, reasons: reasonsOf(one, similarity, input.threshold) }];
  });
  return found.slice(0, MOST_PROPOSALS);
}

function candidates(input: ProposeInput): Map<string, Candidate> {
  const frozen = new Set(input.clusters.flatMap((one) => (one.frozen ? one.id : [])));
  const shares = new Map(input.items.map((item) => [item.id, item.stackShare]));
  const found = new Map<string, Candidate>();
  const between = (x: string | undefined, y: string | undefined): Candidate | null => {
    if (x === undefined || y === undefined || x === y) return null;
    if (!frozen.has(x) && !frozen.has(y)) return null;
    const [a, b] = x < y ? [x, y] : [y, x];
    const key = `${a} ${b}`;
    const known = found.get(key) ?? { a, b, near: [], twins: 0 };
    found.set(key, known);
    return known;
  };
  for (const { a, b, cosine } of input.pairs) {
    const [one, other] = [shares.get(a), shares.get(b)];
    if (one === undefined || other === undefined) continue;
    const candidate = between(input.places.get(a), input.places.get(b));
    candidate?.near.push({ a, b, similarity: userFacing(cosine, [one, other], input.anchors) });
  }
  for (const [a, b] of twinsOf(input)) {
    const candidate = between(a, b);
    if (candidate) candidate.twins += 1;
  }
  for (const [key, { near, twins }] of found) {
    near.sort((x, y) => y.similarity - x.similarity);
    if (twins === 0 && !(near[0] && near[0].similarity > input.threshold)) found.delete(key);
  }
  return found;
}

/** Pairs of clusters that a fingerprint is in, once for each fingerprint. */
function* twinsOf({ items, places }: ProposeInput): Iterable<[string, string]> {
  const homes = new Map<string, Set<string>>();
  for (const { id, fingerprint } of items) {
    const home = places.get(id);
    if (fingerprint === null || home === undefined) continue;
    homes.set(fingerprint, (homes.get(fingerprint) ?? new Set()).add(home));
  }
  for (const ids of homes.values()) {
    const list = [...ids].sort().slice(0, LOOKED_AT);
    for (const [i, a] of list.entries()) for (const b of list.slice(i + 1)) yield [a, b];
  }
}

/** The average user-facing similarity of two clusters, or null when nothing can be compared. */
function average(
  one: readonly AssignItem[],
  other: readonly AssignItem[],
  { anchors }: ProposeInput,
): number | null {
  const [left, right] = [sample(one), sample(other)];
  let sum = 0;
  for (const x of left) {
    for (const y of right) {
      sum += userFacing(dot(x.vector!, y.vector!), [x.stackShare, y.stackShare], anchors);
    }
  }
  const pairs = left.length * right.length;
  return pairs === 0 ? null : sum / pairs;
}

/** At most `SAMPLE` items with a vector, evenly over the list. */
function sample(items: readonly AssignItem[]): AssignItem[] {
  const able = items.filter((item) => item.vector !== null);
  const step = Math.max(1, able.length / SAMPLE);
  return Array.from(
    { length: Math.min(SAMPLE, able.length) },
    (_, i) => able[Math.floor(i * step)]!,
  );
}

function bestOf({ near }: Candidate): number {
  return near[0]?.similarity ?? 0;
}

function reasonsOf(
  { near, twins }: Candidate,
  similarity: number | null,
  threshold: number,
): ProposalReasons {
  return {
    similarity: similarity === null ? null : rounded(similarity),
    threshold,
    same_fingerprints: twins,
    nearest: near.slice(0, SHOWN_PAIRS).map(({ a, b, similarity: alike }) => ({
      feedback_id: a,
      other_id: b,
      similarity: rounded(alike),
    })),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
