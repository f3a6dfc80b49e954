import type { ProjectActor } from "../domain/actor";
import type { NewFeedback } from "../domain/feedback";
import { filteredBy, type DropReason } from "../domain/source";
import { runBatch } from "../store/db";
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
  const statements = [...counts].map(([reason, count]) =>
    countDropped(deps.db, source.projectId, source.id, reason, count),
  );
  await runBatch(deps.db, statements);
  return { results: await accept(deps, who, source.id, passed), dropped };
}
