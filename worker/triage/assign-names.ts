import type { AssignCluster, AssignItem, Target } from "./assignment";

/** Items that are now together (places in the list, ascending) and the cluster they are. */
export type NamedGroup = { members: number[]; target: Target };

/**
 * Gives each group of items its cluster. A frozen cluster keeps its id wherever its members are. Ids of machine-made
 * clusters go to the groups that hold most of their items; on a tie the older cluster goes first, then the smaller
 * id. A group without an id is new; its seed is its first item.
 */
export function nameGroups(
  items: readonly AssignItem[],
  labels: readonly number[],
  clusters: readonly AssignCluster[],
): NamedGroup[] {
  const groups = groupsOf(labels);
  const names = new Map<number, string>();
  const used = new Set<string>();
  for (const { label, clusterId } of claims(items, labels, clusters)) {
    if (names.has(label) || used.has(clusterId)) continue;
    names.set(label, clusterId);
    used.add(clusterId);
  }
  return [...groups].map(([label, members]) => {
    const clusterId = names.get(label);
    const target = clusterId === undefined ? { seedItemId: items[members[0]!]!.id } : { clusterId };
    return { members, target };
  });
}

function groupsOf(labels: readonly number[]): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  labels.forEach((label, i) => {
    const members = groups.get(label);
    if (members) members.push(i);
    else groups.set(label, [i]);
  });
  return groups;
}

type Claim = { label: number; clusterId: string; overlap: number; frozen: boolean; age: number };

/** Every group's claim on every cluster it holds items of, the strongest first. */
function claims(
  items: readonly AssignItem[],
  labels: readonly number[],
  clusters: readonly AssignCluster[],
): Claim[] {
  const known = new Map(clusters.map((cluster) => [cluster.id, cluster]));
  const byPair = new Map<string, Claim>();
  items.forEach(({ clusterId }, i) => {
    const cluster = clusterId === null ? undefined : known.get(clusterId);
    if (!cluster) return;
    const key = `${labels[i]} ${cluster.id}`;
    const claim = byPair.get(key);
    if (claim) claim.overlap += 1;
    else {
      const { id, frozen, createdAt } = cluster;
      byPair.set(key, { label: labels[i]!, clusterId: id, overlap: 1, frozen, age: createdAt });
    }
  });
  return [...byPair.values()].sort(
    (x, y) =>
      Number(y.frozen) - Number(x.frozen) ||
      y.overlap - x.overlap ||
      x.age - y.age ||
      (x.clusterId < y.clusterId ? -1 : x.clusterId > y.clusterId ? 1 : 0) ||
      x.label - y.label,
  );
}
