import { finish, type Steps } from "../kit/turns";
import { cannotLinks, startingBlocks } from "./assign-blocks";
import { differentCrashes, edgesAbove, GUARD, placesOf, quotesAmong } from "./assign-edges";
import { nameGroups, type NamedGroup } from "./assign-names";
import type {
  AssignCluster,
  AssignDecision,
  AssignInput,
  AssignItem,
  AssignResult,
  ClusterMerge,
} from "./assignment";
import { greyZoneSteps, type GreyDecision } from "./grey-zone";
import { greyZone, scaleOf, stackness, toRaw, userFacing } from "./threshold";
import { LOOKED_AT, rerank } from "./vectors/rerank";

const SHOWN_NEIGHBOURS = 5;

/**
 * Places items. Machine-made clusters are made anew from the similarities, so that the answer does not depend on the order
 * of arrival: items may join them, they may join each other, and they may part. A frozen cluster neither merges nor splits:
 * only items that have no cluster yet may join it. Same fingerprints are together first, unless a cannot-link forbids. Everything unplaced gets
 * a cluster, if need be its own. Around the threshold the third tier looks again (`grey-zone.ts`). Ids are kept by the largest overlap, then by age. Pure; applying the answer and
 * asking again gives no decisions.
 */
export function assign(input: AssignInput): AssignResult {
  return finish(assignSteps(input));
}

/** The same in small steps. */
export function* assignSteps(input: AssignInput): Steps<AssignResult> {
  const items = [...input.items].sort((x, y) => (x.id < y.id ? -1 : x.id > y.id ? 1 : 0));
  const places = new Map(items.map((item, i) => [item.id, i]));
  const anchors = anchorsOf(items, input.clusters);
  const conflicts = cannotLinks(input.cannotLink, places);
  const scales = items.map((item) => scaleOf(input.threshold, item.stackShare, input.anchors));
  const vectors = items.map(({ vector }, i) => scaledVector(vector, scales[i]!));
  const weights = voices(items);
  const zone = greyZone(input.threshold);
  const raw = (user: number): number => toRaw(user, input.anchors.text);
  const near = edgesAbove(input.pairs, items, raw(zone.low), scales, places);
  const blocks = startingBlocks({ items, anchors, conflicts, mustLink: input.mustLink, places });
  const apart = [...conflicts, ...differentCrashes(near, items, blocks)];
  const sure = yield* input.strategy.steps({
    vectors,
    weights,
    edges: near.filter(({ similarity }) => similarity > raw(zone.high) - GUARD).map(placesOf),
    threshold: raw(zone.high),
    blocks,
    anchors,
    conflicts: apart,
  });
  const grey = yield* greyZoneSteps({
    ids: items.map(({ id }) => id),
    vectors,
    features: items.map(({ features }) => features ?? null),
    weights,
    scales,
    stackShares: items.map(({ stackShare }) => stackShare),
    labels: sure,
    edges: near.map(placesOf),
    quotes: quotesAmong(near, items, raw(input.threshold)),
    anchors,
    conflicts: apart,
    dates: {
      of: items.map(({ createdAt }) => createdAt ?? null),
      spanMs: input.spanMs ?? 0,
    },
    verdicts: input.verdicts ?? [],
    low: raw(zone.low),
    line: raw(input.threshold),
    anchor: input.anchors.text,
  });
  const groups = nameGroups(items, grey.labels, input.clusters);
  return {
    decisions: decide(input, items, places, groups, { sure, decisions: grey.decisions }),
    merges: mergesOf(items, groups, input),
    questions: grey.questions,
  };
}

/** Placed items of machine-made clusters share one anchor, each frozen cluster has its own, new items have none. */
function anchorsOf(
  items: readonly AssignItem[],
  clusters: readonly AssignCluster[],
): (number | null)[] {
  const frozen = new Map<string, number>();
  for (const cluster of clusters) if (cluster.frozen) frozen.set(cluster.id, frozen.size + 1);
  return items.map(({ clusterId }) => (clusterId === null ? null : (frozen.get(clusterId) ?? 0)));
}

/**
 * How much each report counts when clusters are compared. Events of one crash, told by stack and with the same fingerprint, are one
 * voice together: a storm of them must not drown the one person who has described the problem.
 */
function voices(items: readonly AssignItem[]): number[] {
  const keyOf = ({ fingerprint, stackShare }: AssignItem): string | null =>
    fingerprint !== null && stackness(stackShare) >= 0.5 ? fingerprint : null;
  const events = new Map<string | null, number>();
  for (const item of items) {
    if (item.vector) events.set(keyOf(item), (events.get(keyOf(item)) ?? 0) + 1);
  }
  return items.map((item) => (keyOf(item) === null ? 1 : 1 / (events.get(keyOf(item)) ?? 1)));
}

function scaledVector(vector: Float32Array | null, scale: number): Float32Array | null {
  if (!vector || scale === 1) return vector;
  const scaled = new Float32Array(vector.length);
  for (let d = 0; d < scaled.length; d++) scaled[d] = vector[d]! * scale;
  return scaled;
}

/** What the third tier did: the labels before it, and its decisions by those labels. */
type ThirdTier = { sure: readonly number[]; decisions: ReadonlyMap<number, GreyDecision> };

function decide(
  input: AssignInput,
  items: readonly AssignItem[],
  places: Map<string, number>,
  groups: readonly NamedGroup[],
  third: ThirdTier,
): AssignDecision[] {
  const groupOf = new Map(groups.flatMap((group) => group.members.map((i) => [i, group] as const)));
  const changed = items.map((item, i) => {
    const { target } = groupOf.get(i)!;
    return !("clusterId" in target && target.clusterId === item.clusterId);
  });
  const near = neighboursOf(input, items, places, changed);
  return items.flatMap((item, i) => {
    if (!changed[i]) return [];
    const group = groupOf.get(i)!;
    const neighbours = near.get(i) ?? [];
    const inside = neighbours.find((one) => groupOf.get(one.index) === group);
    const twin = group.members.some(
      (j) => j !== i && item.fingerprint !== null && items[j]!.fingerprint === item.fingerprint,
    );
    // The vectors alone were enough for an item whose nearest member was in its group before the third tier looked.
    const alone = inside !== undefined && third.sure[inside.index] === third.sure[i];
    const looked = twin || alone ? undefined : third.decisions.get(third.sure[i]!);
    return {
      feedbackId: item.id,
      target: group.target,
      previousClusterId: item.clusterId,
      tier: twin ? "fingerprint" : (looked?.tier ?? "similarity"),
      reason: looked?.reason ?? null,
      similarity: inside?.similarity ?? null,
      neighbours: shown(item, neighbours, items),
    };
  });
}

type Near = { index: number; similarity: number };

/** The first neighbours in the order of the second look. */
function shown(
  item: AssignItem,
  neighbours: readonly Near[],
  items: readonly AssignItem[],
): AssignDecision["neighbours"] {
  const known = neighbours
    .slice(0, LOOKED_AT)
    .map(({ index, similarity }) => ({ ...items[index]!, similarity }));
  return rerank(item, known)
    .slice(0, SHOWN_NEIGHBOURS)
    .map(({ id, similarity }) => ({ feedbackId: id, similarity }));
}

/** The known neighbours of each changed item, nearest first. */
function neighboursOf(
  { pairs, anchors }: AssignInput,
  items: readonly AssignItem[],
  places: Map<string, number>,
  changed: readonly boolean[],
): Map<number, Near[]> {
  const near = new Map<number, Near[]>();
  for (const { a, b, cosine } of pairs) {
    const i = places.get(a);
    const j = places.get(b);
    if (i === undefined || j === undefined || i === j || !(changed[i] || changed[j])) continue;
    const shares: [number, number] = [items[i]!.stackShare, items[j]!.stackShare];
    const similarity = userFacing(cosine, shares, anchors);
    if (changed[i]) pushTo(near, i, { index: j, similarity });
    if (changed[j]) pushTo(near, j, { index: i, similarity });
  }
  for (const list of near.values()) {
    list.sort((x, y) => y.similarity - x.similarity || x.index - y.index);
  }
  return near;
}

function pushTo(map: Map<number, Near[]>, key: number, value: Near): void {
  const list = map.get(key);
  if (!list) map.set(key, [value]);
  else if (!list.some((one) => one.index === value.index)) list.push(value);
}

/** Machine-made clusters without members afterwards. */
function mergesOf(
  items: readonly AssignItem[],
  groups: readonly NamedGroup[],
  input: AssignInput,
): ClusterMerge[] {
  const kept = new Set(
    groups.flatMap(({ target }) => ("clusterId" in target ? target.clusterId : [])),
  );
  return input.clusters
    .filter((cluster) => !cluster.frozen && !kept.has(cluster.id))
    .flatMap((cluster) => {
      const taker = largestTaker(items, groups, cluster.id);
      return taker ? [{ clusterId: cluster.id, into: taker.target }] : [];
    });
}

function largestTaker(
  items: readonly AssignItem[],
  groups: readonly NamedGroup[],
  clusterId: string,
): NamedGroup | null {
  let best: NamedGroup | null = null;
  let most = 0;
  for (const group of groups) {
    const taken = group.members.filter((i) => items[i]!.clusterId === clusterId).length;
    if (taken > most) [best, most] = [group, taken];
  }
  return best;
}
