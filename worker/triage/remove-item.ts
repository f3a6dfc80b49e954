import type { ProjectActor } from "../domain/actor";
import { derivedId } from "../domain/ids";
import { markUnclustered } from "../store/placement";
import { decideRemove } from "./decide-change";
import { loadMembership, loadPlaced } from "./load-membership";
import { newCluster } from "./new-cluster";
import { operate, type LedgerDeps } from "./operate";
import type { OperationView } from "./views";

/** A report does not belong where it is: it gets a cluster of its own, and the brain may place it anywhere but there. */
export async function removeItem(
  deps: LedgerDeps,
  who: ProjectActor,
  feedbackId: string,
): Promise<OperationView> {
  const target = `feedback:${feedbackId}`;
  const removed = await operate(deps, who, "remove", target, async (operationId) => {
    const [item] = await loadPlaced(deps.db, who, [feedbackId]);
    const state = await loadMembership(deps.db, who, [item!.clusterId]);
    const newId = await derivedId("cluster", operationId);
    const change = decideRemove(state, feedbackId, newId);
    const gone = change.moves.map((move) => move.feedbackId);
    return {
      change,
      about: [item!.clusterId, newId],
      first: (now) => [newCluster(deps.db, who, newId, item!, now)],
      more: () => [markUnclustered(deps.db, who.projectId, gone)],
    };
  });
  await deps.announce(who.projectId);
  return removed;
}
