import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { commit } from "../store/commit";
import { accept } from "./accept";
import { batchReply, type BatchReply } from "./batch-reply";
import type { IngestDeps } from "./deps";
import { ManualBody, mapManual } from "./sources/manual/map";

/** Each item is judged on its own (`mapManual`), so the body as a whole is any JSON; `ManualBody` documents it. */
export const AddFeedbackInput = z
  .unknown()
  .meta(z.toJSONSchema(ManualBody, { unrepresentable: "any", io: "input" }));

/** One report or up to 1,000. A refused item does not stop the others; the same item twice is a duplicate, not an error. */
export async function addFeedback(
  deps: IngestDeps,
  who: ProjectActor,
  posted: unknown,
): Promise<BatchReply> {
  const batch = await mapManual(posted, deps.clock());
  const accepted = await accept(
    deps,
    who,
    null,
    batch.items.map(({ item }) => item),
  );
  const reply = batchReply(batch, accepted);
  const audit = {
    action: "feedback.add",
    target: `project:${who.projectId}`,
    detail: { created: reply.created },
  };
  await commit(deps.db, who, deps.clock(), [], audit, { status: 202, body: reply });
  return reply;
}
