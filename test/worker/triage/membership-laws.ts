import type { World } from "./membership-model";

/** What must be true at any time: the first law that is broken, in words, or null. */
export function brokenLaw(world: World): string | null {
  return brokenPlace(world) ?? brokenLink(world) ?? brokenRedirect(world);
}

/** The ledger's newest row tells where a report is, and duplicates are with their root, which is none itself. */
function brokenPlace({ state: { members, problems }, ledger }: World): string | null {
  const newest = new Map(ledger.map((row) => [row.feedbackId, row.clusterId]));
  for (const { id, clusterId, duplicateOf } of members.values()) {
    if (newest.get(id) !== clusterId) return `the ledger says that ${id} is elsewhere`;
    if (problems.get(clusterId)?.mergedInto !== null) return `${id} is in a merged cluster`;
    if (duplicateOf === null) continue;
    const root = members.get(duplicateOf);
    const led = root && root.id !== id && root.duplicateOf === null && root.clusterId === clusterId;
    if (!led) return `${id} is a duplicate of no root of its cluster`;
  }
  return null;
}

function brokenLink(world: World): string | null {
  const links = world.links();
  const all = [...world.state.members.values()];
  for (const [i, a] of all.entries()) {
    for (const b of all.slice(i + 1)) {
      const held = links.between(a.id, b.id);
      if (held && (a.clusterId === b.clusterId) !== (held.kind === "must")) {
        return `${a.id} and ${b.id} break ${held.kind} of ${held.operationId}`;
      }
    }
  }
  return null;
}

/** Clusters that were merged away never lead in a circle. */
function brokenRedirect({ state: { problems } }: World): string | null {
  for (const problem of problems.values()) {
    const seen = new Set<string>();
    for (let at = problem; at.mergedInto !== null; at = problems.get(at.mergedInto)!) {
      if (seen.has(at.id)) return `${at.id} leads back to itself`;
      seen.add(at.id);
    }
  }
  return null;
}
