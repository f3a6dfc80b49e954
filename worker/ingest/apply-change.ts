import type { ProjectActor } from "../domain/actor";
import type { SourceKind } from "../domain/feedback";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { findFeedbackByExternalId, setFeedbackState } from "../store/feedback";
import type { IngestDeps } from "./deps";
import { removeFeedback } from "./remove-feedback";
import type { SourceChange } from "./sources/source";

/** What happened to a report at its source. Returns false when we do not have the report. */
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
  const now = deps.clock();
  const state = stateAfter(change);
  const audit = auditStatement(deps.db, who, now, {
    action: `feedback.${change.action}`,
    target: `feedback:${row.id}`,
    detail: { ...change },
  });
  await runBatch(deps.db, [
    ...(state ? [setFeedbackState(deps.db, who.projectId, [row.id], state, now)] : []),
    audit,
  ]);
  return true;
}

function stateAfter(change: SourceChange): "open" | "closed" | null {
  if (change.action === "resolved") return "closed";
  return change.action === "reopened" ? "open" : null;
}
