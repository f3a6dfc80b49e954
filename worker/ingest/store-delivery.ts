import type { ProjectActor } from "../domain/actor";
import { accept } from "./accept";
import { applyChange } from "./apply-change";
import type { IngestDeps } from "./deps";
import type { VerifiedDelivery } from "./verified-delivery";

export type Received = {
  /** `queued`: verified and safe, and stored a little later. `counted`: a number on a report that is here. */
  outcome: "stored" | "changed" | "counted" | "queued" | "ignored";
  feedback_ids: string[];
  reason: string | null;
};

export type Stored = Received & { accepted: number; duplicate: number };

/** Writes a delivery to the database. Doing it again changes nothing. */
export async function storeDelivery(deps: IngestDeps, delivery: VerifiedDelivery): Promise<Stored> {
  const { projectId, sourceId, kind, mapped, pull, news } = delivery;
  const who: ProjectActor = {
    actor: { kind: "webhook", sourceId, projectId },
    projectId,
    permissions: [],
  };
  if (pull) await deps.notePullRequest(who, pull);
  if (news.length > 0) await deps.notePullNews(who, news);
  const none = { feedback_ids: [], accepted: 0, duplicate: 0 };
  if (mapped.kind === "ignored") return { ...none, outcome: "ignored", reason: mapped.reason };
  if (mapped.kind === "change") {
    const known = await applyChange(deps, who, kind, mapped.externalId, mapped.change);
    const reason = known ? null : "the report is not known here";
    return { ...none, outcome: known ? "changed" : "ignored", reason };
  }
  const results = await accept(deps, who, sourceId, mapped.items);
  const duplicate = results.filter((one) => one.status === "duplicate").length;
  const changed = results.length > 0 && results.every((one) => one.status === "updated");
  return {
    outcome: changed ? "changed" : "stored",
    feedback_ids: results.map((one) => one.id),
    reason: null,
    accepted: results.length - duplicate,
    duplicate,
  };
}
