import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { decideDuplicate } from "./decide-change";
import { loadMembership, loadPlaced } from "./load-membership";
import { operate, type LedgerDeps } from "./operate";
import type { OperationView } from "./views";

export const DuplicateInput = z.object({ of: z.uuid() });

/** A report tells the same as another: it goes to that one's cluster and is shown as its duplicate. */
export async function markDuplicate(
  deps: LedgerDeps,
  who: ProjectActor,
  feedbackId: string,
  { of }: z.output<typeof DuplicateInput>,
): Promise<OperationView> {
  return operate(deps, who, "duplicate", `feedback:${feedbackId}`, async () => {
    const [item, other] = await loadPlaced(deps.db, who, [feedbackId, of]);
    const about = [...new Set([item!.clusterId, other!.clusterId])];
    const state = await loadMembership(deps.db, who, about);
    return { change: decideDuplicate(state, feedbackId, of), about, detail: { of } };
  });
}
