import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { FeedbackMetadata, SOURCE_KINDS, type NewFeedback } from "../domain/feedback";
import { accept } from "./accept";
import { applyChange } from "./apply-change";
import type { IngestDeps } from "./deps";
import type { SourceChange } from "./sources/source";

const Item = z.object({
  source: z.enum(SOURCE_KINDS),
  external_id: z.string(),
  link: z.string().optional(),
  title: z.string(),
  body: z.string(),
  raw_text: z.string(),
  metadata: FeedbackMetadata,
  created_at: z.number(),
  state: z.enum(["open", "closed"]).optional(),
}) satisfies z.ZodType<NewFeedback>;

/**
 * A delivery that was verified and read: what is left is to store it. Plain JSON, so that it can wait on a queue; checked when
 * it comes back, for it may have waited longer than the code that wrote it.
 */
export const VerifiedDelivery = z.object({
  projectId: z.string(),
  sourceId: z.string(),
  kind: z.enum(SOURCE_KINDS),
  mapped: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("feedback"), items: z.array(Item) }),
    z.object({
      kind: z.literal("change"),
      externalId: z.string(),
      change: z.custom<SourceChange>((value) => typeof value === "object" && value !== null),
    }),
    z.object({ kind: z.literal("ignored"), reason: z.string() }),
  ]),
  pull: z
    .object({
      number: z.number(),
      merged: z.boolean(),
      url: z.string(),
      headBranch: z.string(),
      headSha: z.string(),
      repository: z.object({ id: z.number().nullable(), fullName: z.string() }),
    })
    .nullable(),
});
export type VerifiedDelivery = z.infer<typeof VerifiedDelivery>;

export type Received = {
  /** `queued`: verified and safe, and stored a little later. `counted`: a number on a report that is here. */
  outcome: "stored" | "changed" | "counted" | "queued" | "ignored";
  feedback_ids: string[];
  reason: string | null;
};

export type Stored = Received & { accepted: number; duplicate: number };

/** Writes a delivery to the database. Doing it again changes nothing. */
export async function storeDelivery(deps: IngestDeps, delivery: VerifiedDelivery): Promise<Stored> {
  const { projectId, sourceId, kind, mapped, pull } = delivery;
  const who: ProjectActor = {
    actor: { kind: "webhook", sourceId, projectId },
    projectId,
    permissions: [],
  };
  if (pull) await deps.notePullRequest(who, pull);
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
