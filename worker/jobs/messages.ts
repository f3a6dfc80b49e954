import { z } from "zod";
import type { IngestJob } from "../ingest/deps";

/** Bodies of queue messages, versioned: a message may outlive the code that sent it. */
export const FixQueueMessage = z.object({
  v: z.literal(1),
  kind: z.literal("start_run"),
  projectId: z.string(),
  runId: z.string(),
});
export type FixQueueMessage = z.infer<typeof FixQueueMessage>;

export const IngestQueueMessage = z.discriminatedUnion("kind", [
  z.object({
    v: z.literal(1),
    kind: z.literal("poll_source"),
    projectId: z.string(),
    sourceId: z.string(),
  }),
  z.object({
    v: z.literal(1),
    kind: z.literal("sync_github"),
    projectId: z.string(),
    sourceId: z.string(),
    repository: z.string(),
  }),
]) satisfies z.ZodType<IngestJob>;
export type IngestQueueMessage = z.infer<typeof IngestQueueMessage>;

/** All that our queues carry. */
export const QueueMessage = z.discriminatedUnion("kind", [
  FixQueueMessage,
  ...IngestQueueMessage.options,
]);
export type QueueMessage = z.infer<typeof QueueMessage>;
