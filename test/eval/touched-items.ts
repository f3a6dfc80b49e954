/** How to walk a project's items. Each answer may name items that were named before. */
export type ItemLinks = {
  /** Items whose similarity to this one is above the line. */
  similarTo(itemId: string): Iterable<string>;
  /** Items with the same fingerprint, and must-links. */
  boundTo(itemId: string): Iterable<string>;
  clusterOf(itemId: string): string | null;
  isFrozen(clusterId: string): boolean;
  membersOf(clusterId: string): Iterable<string>;
};

/**
 * Everything that a change of `seeds` can touch, for `assign`: what is reachable over similarities, bonds and common clusters. Through a
 * frozen cluster the walk brings all its members but goes no further, since placed items neither join nor leave it.
 */
export function touchedItems(seeds: Iterable<string>, links: ItemLinks): Set<string> {
  const found = new Set(seeds);
  const open = [...found];
  const visit = (ids: Iterable<string>): void => {
    for (const id of ids) {
      if (found.has(id)) continue;
      found.add(id);
      open.push(id);
    }
  };
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const cluster = links.clusterOf(id);
    if (cluster !== null) visit(links.membersOf(cluster));
    if (cluster !== null && links.isFrozen(cluster)) continue;
    visit(links.similarTo(id));
    visit(links.boundTo(id));
  }
  return found;
}
