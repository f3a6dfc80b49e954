import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import type { Statement } from "../store/db";
import { decideMerge } from "./decide-change";
import { loadMembership } from "./load-membership";
import { operate, type LedgerDeps } from "./operate";
import type { OperationView } from "./views";

export const MergeInput = z.object({ into: z.uuid() });

/** All reports of a cluster go to another one. A person's word: no job parts them again. Undo puts them back exactly. */
export async function mergeClusters(
  deps: LedgerDeps,
  who: ProjectActor,
  clusterId: string,
  { into }: z.output<typeof MergeInput>,
  more?: (now: number) => Statement[],
): Promise<OperationView> {
  return operate(deps, who, "merge", `cluster:${clusterId}`, async () => {
    const state = await loadMembership(deps.db, who, [clusterId, into]);
    const about = [clusterId, into];
    return {
      change: decideMerge(state, clusterId, into),
      about,
      quiet: about,
      detail: { into },
      ...(more ? { more } : {}),
    };
  });
}
