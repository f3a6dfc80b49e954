import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { decideMove } from "./decide-change";
import { loadMembership, loadPlaced } from "./load-membership";
import { operate, type LedgerDeps } from "./operate";
import type { OperationView } from "./views";

export const MoveInput = z.object({
  cluster_id: z.uuid(),
  /** More reports of the same cluster that go along. */
  also: z.array(z.uuid()).max(1_000).default([]),
});

/** Reports of one cluster go to another. A person's word: apart from those they left, together with those they join. */
export async function moveItems(
  deps: LedgerDeps,
  who: ProjectActor,
  feedbackId: string,
  input: z.output<typeof MoveInput>,
): Promise<OperationView> {
  const ids = [...new Set([feedbackId, ...input.also])];
  return operate(deps, who, "move", `feedback:${feedbackId}`, async () => {
    const [item] = await loadPlaced(deps.db, who, ids);
    const from = item!.clusterId;
    const state = await loadMembership(deps.db, who, [from, input.cluster_id]);
    return {
      change: decideMove(state, from, ids, input.cluster_id),
      about: [from, input.cluster_id],
      detail: { to: input.cluster_id },
    };
  });
}
