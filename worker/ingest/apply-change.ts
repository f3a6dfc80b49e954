import type { ProjectActor } from "../domain/actor";
import type { SourceKind } from "../domain/feedback";
import { scrubValue } from "../domain/scrub";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { findFeedbackByExternalId } from "../store/feedback";
import { patchLinked } from "../store/feedback-writes";
import type { IngestDeps } from "./deps";
import { removeFeedback } from "./remove-feedback";
import type { SourceChange } from "./sources/source";

/**
 * What happened to a report at its source, written into every report that the source files under that id: its state, and
 * in its metadata what `patchOf` says. Returns false when we do not have the report.
 */
export async function applyChange(
  deps: IngestDeps,
  who: ProjectActor,
  source: SourceKind,
  externalId: string,
  change: SourceChange,
): Promise<boolean> {
  const row = await findFeedbackByExternalId(deps.db, who.projectId, source, externalId);
  if (!row || row.state === "deleted") return false;
  if (change.action === "deleted" || change.action === "transferred") {
    await removeFeedback(deps, who, row.id);
    return true;
  }
  if (change.action === "commented" && !hasRoom(row.metadata["comments"], change.id)) return true;
  const now = deps.clock();
  const safe = scrubValue(change) as typeof change;
  const patch = { ...patchOf(safe), at: change.at, state: stateAfter(change) };
  await runBatch(deps.db, [
    patchLinked(deps.db, who.projectId, source, externalId, patch, now),
    auditStatement(deps.db, who, now, {
      action: `feedback.${change.action}`,
      target: `feedback:${row.id}`,
      detail: { ...safe },
    }),
  ]);
  return true;
}

/** So many comments of a report are kept. */
const COMMENTS_LIMIT = 50;

function hasRoom(comments: unknown, id: string): boolean {
  if (typeof comments !== "object" || comments === null) return true;
  return id in comments || Object.keys(comments).length < COMMENTS_LIMIT;
}

function stateAfter(change: SourceChange): "open" | "closed" | null {
  if (change.action === "resolved") return "closed";
  return change.action === "reopened" ? "open" : null;
}

type Staying = Exclude<SourceChange, { action: "deleted" | "transferred" }>;
type Patch = { metadata: object; path: `$.${string}` };

/**
 * The merge patch of a report's metadata, and where in it the moment of the last news of that kind is. `source_state`:
 * what its source calls it now; `assigned`, `comments`: as they are there.
 */
function patchOf(change: Staying): Patch {
  const { at, by } = change;
  switch (change.action) {
    case "reopened":
      return stateOf(change.action, change.reason);
    case "resolved":
    case "ignored":
      return stateOf(change.action, change.detail);
    case "assigned":
      return { metadata: { assigned: { to: change.to, at, by } }, path: "$.assigned.at" };
    case "commented": {
      const { id, text } = change;
      const comment = text === null ? null : { text, at, by };
      return { metadata: { comments: { [id]: comment } }, path: `$.comments."${id}".at` };
    }
  }

  function stateOf(name: string, detail: string | null): Patch {
    return { metadata: { source_state: { name, detail, at, by } }, path: "$.source_state.at" };
  }
}
