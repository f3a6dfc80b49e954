import { letOthers } from "../kit/turns";
import type { Clock } from "../kit/clock";
import { logFailure } from "../kit/log";
import { describeClusters, findClustersByIds, type ClusterRow } from "../store/clusters";
import { runBatch, type Db } from "../store/db";
import { sampleMembers } from "../store/placement";
import type { Neighbourhood } from "./neighbourhood";
import type { Summarizer } from "./summarizers/summarizer";

const MEMBERS_READ = 12;
/** Clusters whose members are in memory at once. */
const DESCRIBED_AT_ONCE = 20;

export type DescribeDeps = {
  db: Db;
  clock: Clock;
  projectId: string;
  neighbourhood: Neighbourhood;
  summarizer: Summarizer;
  /** Used where the first one fails: a cluster is never without a title. */
  fallback: Summarizer;
};

/** Writes titles and summaries of the clusters that have changed enough since they were last described. */
export async function describeChanged(deps: DescribeDeps, clusterIds: string[]): Promise<void> {
  const rows = await findClustersByIds(deps.db, deps.projectId, clusterIds);
  const due = rows.filter(hasChangedEnough);
  for (let from = 0; from < due.length; from += DESCRIBED_AT_ONCE) {
    const told = await describe(deps, due.slice(from, from + DESCRIBED_AT_ONCE));
    await runBatch(deps.db, [describeClusters(deps.db, deps.projectId, told, deps.clock())]);
  }
}

async function describe(deps: DescribeDeps, due: readonly ClusterRow[]) {
  const ids = due.map((row) => row.id);
  const samples = await sampleMembers(deps.db, deps.projectId, ids, MEMBERS_READ);
  const told = [];
  for (const cluster of due) {
    const rows = samples.filter((row) => row.clusterId === cluster.id);
    if (rows.length === 0) continue;
    const vectors = deps.neighbourhood.vectorsOf(rows.map((row) => row.id));
    const members = rows.map((row) => ({
      id: row.id,
      source: row.source,
      title: row.title,
      body: row.body,
      crash: row.metadata.crash ?? null,
      vector: vectors.get(row.id)?.vector ?? null,
    }));
    const summary = await summarizeOrFallBack(deps, members);
    told.push({ id: cluster.id, ...summary, summarisedCount: cluster.itemCount });
    await letOthers();
  }
  return told;
}

/** New, small and growing, or grown by half: a title that changes with each report would be noise. */
export function hasChangedEnough(
  cluster: Pick<ClusterRow, "itemCount" | "summarisedCount" | "touchedAt">,
): boolean {
  const { itemCount, summarisedCount, touchedAt } = cluster;
  if (itemCount === 0 || itemCount === summarisedCount) return false;
  if (summarisedCount === 0) return true;
  if (touchedAt !== null) return false;
  return itemCount <= 5 || itemCount >= summarisedCount * 1.5 || itemCount < summarisedCount / 2;
}

async function summarizeOrFallBack(
  deps: DescribeDeps,
  members: Parameters<Summarizer["summarize"]>[0],
) {
  try {
    return await deps.summarizer.summarize(members);
  } catch (error) {
    logFailure("summarizer_failed", error, { project_id: deps.projectId });
    return deps.fallback.summarize(members);
  }
}
