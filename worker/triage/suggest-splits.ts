import { derivedId } from "../domain/ids";
import type { Clock } from "../kit/clock";
import { letOthers } from "../kit/turns";
import { findClustersByIds, type ClusterRow } from "../store/clusters";
import { runBatch } from "../store/db";
import { listLinks } from "../store/operations";
import { newestMembers } from "../store/placement";
import { replaceSplitProposals, splitsSaidNoTo } from "../store/proposals";
import { partsOf, type LookDeps } from "./look-alike";
import { isFrozen, SETTLED_FROM } from "./load-problem";
import { PersonLinks } from "./person-links";
import { partsToSplit, splitReasons } from "./propose-splits";

/** Of a larger cluster the newest reports are compared. */
export const MOST_COMPARED = 200;
export const MOST_LINKS = 50_000;
/** Clusters that are looked at after one batch: a tenth of a second each at most. */
const LOOKED_AT = 5;

/**
 * Looks whether the machine would part any of these clusters, where it may not do so itself: a person's, or one of hundreds of
 * reports. What it would is proposed; open proposals that are not true any more go. Doing it twice writes the same.
 */
export async function suggestSplits(
  deps: LookDeps & { clock: Clock },
  clusterIds: string[],
): Promise<void> {
  const clusters = await findClustersByIds(deps.db, deps.projectId, clusterIds);
  const due = clusters.filter(
    (row) =>
      row.mergedInto === null &&
      row.itemCount > 1 &&
      (isFrozen(row) || row.itemCount >= SETTLED_FROM),
  );
  for (const cluster of due.slice(0, LOOKED_AT)) {
    await suggestSplit(deps, cluster);
    await letOthers();
  }
}

async function suggestSplit(deps: LookDeps & { clock: Clock }, { id }: ClusterRow): Promise<void> {
  const { db, projectId, embedder, grouping } = deps;
  const rows = await newestMembers(db, projectId, id, MOST_COMPARED);
  const ids = rows.map((row) => row.id);
  const [{ items, parts }, said, dismissed] = await Promise.all([
    partsOf(deps, rows),
    listLinks(db, projectId, ids, MOST_LINKS),
    splitsSaidNoTo(db, projectId, id),
  ]);
  const found = partsToSplit({ parts, links: new PersonLinks(said), dismissed });
  const scale = { threshold: grouping.threshold, anchors: embedder.anchors };
  const proposals = await Promise.all(
    found.map(async (part) => {
      const reasons = splitReasons(items, part, scale);
      // By its oldest report: a part that grows is still the same proposal.
      return { id: await derivedId("proposal", projectId, id, reasons.reports![0]!), reasons };
    }),
  );
  await runBatch(db, replaceSplitProposals(db, projectId, id, proposals, deps.clock()));
}
