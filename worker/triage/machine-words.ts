import { derivedId } from "../domain/ids";
import type { Db, Statement } from "../store/db";
import type { DecisionToInsert } from "../store/grouping";
import { insertOperations, listLinks } from "../store/operations";
import { insertProposals } from "../store/proposals";
import type { AssignInput } from "./assignment";
import { NO_EFFECT } from "./operate";
import { pairsForAssign, PersonLinks } from "./person-links";
import { proposeMerges } from "./propose-merges";

/** A batch of the brain: where it stands in the order of changes, and who makes it. */
export type MachineBatch = {
  db: Db;
  projectId: string;
  stamp: string;
  revision: number;
  actor: string;
  now: number;
};

/** Of more words than these the oldest are not heard: a job that nobody could ever finish would be worse. */
const MOST_LINKS = 200_000;

/** What persons said that binds `assign`: about items outside of frozen clusters, which it never takes apart anyway. */
export async function wordsOfPersons(
  db: Db,
  projectId: string,
  items: AssignInput["items"],
  clusters: AssignInput["clusters"],
): Promise<Pick<AssignInput, "mustLink" | "cannotLink">> {
  const frozen = new Set(clusters.flatMap((cluster) => (cluster.frozen ? cluster.id : [])));
  const loose = items.filter(({ clusterId }) => clusterId === null || !frozen.has(clusterId));
  const ids = items.map((item) => item.id);
  const via = loose.map((item) => item.id);
  const rows = await listLinks(db, projectId, ids, MOST_LINKS, via);
  return pairsForAssign(items, frozen, new PersonLinks(rows));
}

/** Clusters that the batch merges away become operations, so that people can see and undo them. Marks their ledger rows. */
export async function recordMerges(
  batch: MachineBatch,
  merges: readonly { from: string; into: string }[],
  decisions: DecisionToInsert[],
): Promise<Statement[]> {
  const { db, projectId, stamp, revision, actor, now } = batch;
  const operations = await Promise.all(
    merges.map(async ({ from, into }) => {
      const id = await derivedId("operation", stamp, from);
      const moved = decisions.filter((row) => row.previousClusterId === from);
      for (const row of moved) row.operationId = id;
      const about = [...new Set([from, into, ...moved.map((row) => row.clusterId)])];
      const effect = { ...NO_EFFECT, merged: [{ clusterId: from, into }] };
      return { id, revision, kind: "merge" as const, actor, effect, createdAt: now, about };
    }),
  );
  return operations.length === 0 ? [] : insertOperations(db, projectId, operations);
}

/** What only a person's cluster stood against is proposed, but for what a person has forbidden. */
export async function recordProposals(
  { db, projectId, now }: MachineBatch,
  input: AssignInput,
  places: ReadonlyMap<string, string>,
): Promise<Statement[]> {
  const proposals = proposeMerges({ ...input, places });
  const rows = [];
  for (const { clusterId, intoId, reasons } of proposals) {
    const among = (id: string) =>
      input.items.flatMap((item) => (places.get(item.id) === id ? item.id : []));
    const [left, right] = [among(clusterId), among(intoId)];
    const said = await listLinks(db, projectId, [...left, ...right], MOST_LINKS + 1);
    if (said.length > MOST_LINKS || new PersonLinks(said).find(left, right, "cannot")) continue;
    const pair = [clusterId, intoId].sort();
    const id = await derivedId("proposal", projectId, ...pair);
    rows.push({ id, clusterId, intoId, reasons });
  }
  return rows.length === 0 ? [] : [insertProposals(db, projectId, rows, now)];
}
