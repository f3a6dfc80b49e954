import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { commit } from "../store/commit";
import { accept } from "./accept";
import type { IngestDeps } from "./deps";
import { ManualBody, mapManual } from "./sources/manual/map";

const ItemResult = z.object({
  index: z.number(),
  status: z.enum(["created", "updated", "duplicate", "refused"]),
  id: z.string().nullable(),
  external_id: z.string().nullable(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export const AddFeedbackReply = z.object({
  /** The first item's id: what a caller who posted one item wants. */
  id: z.string().nullable(),
  created: z.number(),
  results: z.array(ItemResult),
});
export type AddFeedbackReply = z.infer<typeof AddFeedbackReply>;

/** Each item is judged on its own (`mapManual`), so the body as a whole is any JSON; `ManualBody` documents it. */
export const AddFeedbackInput = z
  .unknown()
  .meta(z.toJSONSchema(ManualBody, { unrepresentable: "any", io: "input" }));

/** One report or up to 1,000. A refused item does not stop the others; the same item twice is a duplicate, not an error. */
export async function addFeedback(
  deps: IngestDeps,
  who: ProjectActor,
  posted: unknown,
): Promise<AddFeedbackReply> {
  const batch = await mapManual(posted, deps.clock());
  const accepted = await accept(
    deps,
    who,
    null,
    batch.items.map(({ item }) => item),
  );
  const results = [
    ...batch.items.map(({ index }, i) => ({ index, ...accepted[i]! })),
    ...batch.refused.map(({ index, faults }) => ({
      index,
      status: "refused" as const,
      id: null,
      external_id: null,
      errors: faults,
    })),
  ].sort((a, b) => a.index - b.index);
  const created = accepted.filter((one) => one.status === "created").length;
  const reply = { id: accepted[0]?.id ?? null, created, results };
  const audit = { action: "feedback.add", target: `project:${who.projectId}`, detail: { created } };
  await commit(deps.db, who, deps.clock(), [], audit, { status: 202, body: reply });
  return reply;
}
