import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { derivedId } from "../domain/ids";
import type { Statement } from "../store/db";
import { decideSplit } from "./decide-change";
import { loadMembership, loadPlaced } from "./load-membership";
import { newCluster } from "./new-cluster";
import { operate, type LedgerDeps } from "./operate";
import type { OperationView } from "./views";

export const SplitInput = z.object({ feedback_ids: z.array(z.uuid()).min(1).max(1_000) });

/** Some reports become a cluster of their own. A person's word: no job joins what was parted. */
export async function splitCluster(
  deps: LedgerDeps,
  who: ProjectActor,
  clusterId: string,
  input: z.output<typeof SplitInput>,
  more?: (now: number) => Statement[],
): Promise<OperationView> {
  const ids = [...new Set(input.feedback_ids)];
  const split = await operate(deps, who, "split", `cluster:${clusterId}`, async (operationId) => {
    const state = await loadMembership(deps.db, who, [clusterId]);
    const [seed] = await loadPlaced(deps.db, who, ids);
    const newId = await derivedId("cluster", operationId);
    return {
      change: decideSplit(state, clusterId, ids, newId),
      about: [clusterId, newId],
      first: (now) => [newCluster(deps.db, who, newId, seed!, now)],
      ...(more ? { more } : {}),
    };
  });
  // The new cluster has no title of its own yet.
  await deps.announce(who.projectId);
  return split;
}
