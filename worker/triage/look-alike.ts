import type { GroupingSettings } from "../domain/grouping";
import { inTurns } from "../kit/turns";
import type { Db } from "../store/db";
import { reportsSpan, type MemberRow } from "../store/placement";
import { assignSteps } from "./assign";
import type { AssignItem } from "./assignment";
import { cohesionOf, type Cohesion } from "./cohesion";
import type { Embedder } from "./embedders/embedder";
import { loadProblem } from "./load-problem";
import type { Neighbourhood } from "./neighbourhood";
import { greyZone } from "./threshold";

export type LookDeps = {
  db: Db;
  projectId: string;
  grouping: GroupingSettings;
  embedder: Embedder;
  neighbourhood: Neighbourhood;
};

/** `parts`: the reports as the machine alone would group them, were there no others. */
export type Likeness = { cohesion: Cohesion; parts: string[][] };

/** How alike the reports of one cluster are, by what is stored. The caller bounds how many. */
export async function lookAlike(deps: LookDeps, rows: readonly MemberRow[]): Promise<Likeness> {
  const { items, parts } = await partsOf(deps, rows);
  const { low } = greyZone(deps.grouping.threshold);
  return { cohesion: cohesionOf(items, deps.embedder.anchors, low), parts };
}

/** How the machine alone would group these reports, were there no others. Without a vector a report is in no part. */
export async function partsOf(
  deps: LookDeps,
  rows: readonly MemberRow[],
): Promise<{ items: AssignItem[]; parts: string[][] }> {
  const { input } = await loadProblem(deps, rows, {
    members: async () => [],
    clusters: async () => [],
    spanMs: () => reportsSpan(deps.db, deps.projectId),
  });
  // What has no vector of this embedder can be compared with nothing, which is no reason to part it.
  const items = input.items.flatMap((item) => (item.vector ? { ...item, clusterId: null } : []));
  const { decisions } = await inTurns(assignSteps({ ...input, items }));
  const parts = new Map<string, string[]>();
  for (const { feedbackId, target } of decisions) {
    const key = "seedItemId" in target ? target.seedItemId : target.clusterId;
    parts.set(key, [...(parts.get(key) ?? []), feedbackId]);
  }
  return { items, parts: [...parts.values()] };
}
