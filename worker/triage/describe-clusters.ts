import { letOthers } from "../kit/turns";
import { isBudgetSpent } from "../domain/errors";
import type { Clock } from "../kit/clock";
import { ForeignError } from "../kit/foreign-error";
import { logFailure } from "../kit/log";
import { describeClusters, findClustersByIds, type ClusterRow } from "../store/clusters";
import { runBatch, type Db } from "../store/db";
import { sampleMembers } from "../store/placement";
import type { Neighbourhood } from "./neighbourhood";
import type { Summarizer } from "./summarizers/summarizer";

const MEMBERS_READ = 12;
/** Clusters whose members are in memory at once. */
const DESCRIBED_AT_ONCE = 20;
/** Signs that turn the direction of all text after them: a summary that quotes one could not be read. */
const TURNS = /[\u202A-\u202E\u2066-\u2069]/g;
/** Clusters that a model is asked about at once: people's changes wait until all are described. */
const ASKED_AT_ONCE = 5;

export type DescribeDeps = {
  db: Db;
  clock: Clock;
  projectId: string;
  neighbourhood: Neighbourhood;
  summarize: Summarize;
};

type Summarize = Summarizer["summarize"];

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
  for (let from = 0; from < due.length; from += ASKED_AT_ONCE) {
    const some = due.slice(from, from + ASKED_AT_ONCE);
    told.push(...(await Promise.all(some.map((cluster) => tell(deps, cluster, samples)))));
  }
  return told.filter((one) => one !== null);
}

async function tell(
  deps: DescribeDeps,
  { id, itemCount }: ClusterRow,
  samples: Awaited<ReturnType<typeof sampleMembers>>,
) {
  await letOthers();
  const rows = samples.filter((row) => row.clusterId === id);
  if (rows.length === 0) return null;
  const vectors = deps.neighbourhood.vectorsOf(rows.map((row) => row.id));
  const members = rows.map((row) => ({
    id: row.id,
    source: row.source,
    title: row.title.replace(TURNS, ""),
    body: row.body.replace(TURNS, ""),
    crash: row.metadata.crash ?? null,
    vector: vectors.get(row.id)?.vector ?? null,
  }));
  return { id, ...(await deps.summarize(members)), summarisedCount: itemCount };
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

/** Summarizes by the first; once that has failed, by the second: who waits for a service that is away would wait for each cluster. */
export function summarizeOrFallBack(first: Summarizer, second: Summarizer): Summarize {
  let usable = true;
  return async (members) => {
    try {
      if (usable) return await first.summarize(members);
    } catch (error) {
      if (error instanceof ForeignError && error.kind !== "invalid_reply") usable = false;
      if (isBudgetSpent(error)) usable = false;
      else logFailure("summarizer_failed", error);
    }
    return second.summarize(members);
  };
}
