import { z } from "zod";
import type { IngestJob } from "../ingest/deps";
import { VerifiedDelivery } from "../ingest/verified-delivery";

/** Bodies of queue messages, versioned: a message may outlive the code that sent it. */
const v = z.literal(1);

export const FixQueueMessage = z.object({
  v,
  kind: z.literal("start_run"),
  projectId: z.string(),
  runId: z.string(),
});
export type FixQueueMessage = z.infer<typeof FixQueueMessage>;

const Job = z.discriminatedUnion("kind", [
  z.object({ v, kind: z.literal("poll_source"), projectId: z.string(), sourceId: z.string() }),
  z.object({
    v,
    kind: z.literal("sync_github"),
    projectId: z.string(),
    sourceId: z.string(),
    repository: z.string(),
  }),
  z.object({ v, kind: z.literal("erase"), erasureId: z.string() }),
]) satisfies z.ZodType<IngestJob>;

const Delivery = z.object({ v, kind: z.literal("delivery"), delivery: VerifiedDelivery });
/** A delivery that is too large for a message: it lies in the archive. */
const StoredDelivery = z.object({ v, kind: z.literal("stored_delivery"), key: z.string() });

export const IngestQueueMessage = z.discriminatedUnion("kind", [
  ...Job.options,
  Delivery,
  StoredDelivery,
]);
export type IngestQueueMessage = z.infer<typeof IngestQueueMessage>;

/** All that our queues carry. */
export const QueueMessage = z.discriminatedUnion("kind", [
  FixQueueMessage,
  ...IngestQueueMessage.options,
]);
export type QueueMessage = z.infer<typeof QueueMessage>;
