import type { ProjectActor } from "../domain/actor";
import type { NewFeedback } from "../domain/feedback";
import { filteredBy, type DropReason } from "../domain/source";
import { runBatch } from "../store/db";
import { addCounts } from "../store/polls";
import { countDropped, type SourceRow } from "../store/sources";
import { accept, type AcceptResult } from "./accept";
import type { IngestDeps } from "./deps";

/**
 * Stores what a source's filters let through and counts what they hold back. `dropped`: the filter that held back the last
 * of those.
 */
export async function acceptThrough(
  deps: IngestDeps,
  who: ProjectActor,
  source: SourceRow,
  items: NewFeedback[],
): Promise<{ results: AcceptResult[]; dropped: DropReason | null }> {
  const passed: NewFeedback[] = [];
  let dropped: DropReason | null = null;
  const counts = new Map<DropReason, number>();
  for (const item of items) {
    const reason = filteredBy(item.metadata, source.settings);
    if (!reason) {
      passed.push(item);
      continue;
    }
    dropped = reason;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const results = await accept(deps, who, source.id, passed);
  const { projectId, id } = source;
  await runBatch(deps.db, [
    addCounts(deps.db, projectId, id, countsOf(results, items.length - passed.length)),
    ...[...counts].map(([reason, count]) => countDropped(deps.db, projectId, id, reason, count)),
  ]);
  return { results, dropped };
}

function countsOf(results: AcceptResult[], filtered: number) {
  const duplicate = results.filter((one) => one.status === "duplicate").length;
  return { accepted: results.length - duplicate, duplicate, filtered };
}
