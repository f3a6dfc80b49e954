import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { findCluster } from "../store/clusters";
import { decisionsOfCluster } from "../store/grouping";
import { operationsOfCluster } from "../store/operations";
import type { TriageDeps } from "./deps";
import { withTitles } from "./read-ledger";
import { toOperationView, type GroupingDecision, type OperationView } from "./views";

/** What brought items into a cluster, and what was done to it: the newest 100 of each. */
export async function readHistory(
  deps: Pick<TriageDeps, "db">,
  who: ProjectActor,
  clusterId: string,
): Promise<{ items: GroupingDecision[]; operations: OperationView[] }> {
  const { db } = deps;
  if (!(await findCluster(db, who.projectId, clusterId))) throw notFound("cluster");
  const [decisions, operations] = await Promise.all([
    decisionsOfCluster(db, who.projectId, clusterId),
    operationsOfCluster(db, who.projectId, clusterId),
  ]);
  return {
    items: await withTitles(deps, who, decisions),
    operations: operations.map(toOperationView),
  };
}
