import { z } from "zod";

/** Bodies of queue messages, versioned: a message may outlive the code that sent it. */
export const FixQueueMessage = z.object({
  v: z.literal(1),
  kind: z.literal("start_run"),
  projectId: z.string(),
  runId: z.string(),
});
export type FixQueueMessage = z.infer<typeof FixQueueMessage>;
