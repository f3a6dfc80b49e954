import { beginRun } from "../fix/begin-run";
import type { Deps } from "../deps";
import { logFailure } from "../kit/log";
import { FixQueueMessage } from "./messages";

const LONGEST_WAIT_SECONDS = 300;

/** Each message on its own: a body that cannot be read is dropped (the sweep sends runs anew), a failure is tried again. */
export async function handleQueue(batch: MessageBatch<unknown>, deps: Deps): Promise<void> {
  for (const message of batch.messages) {
    const body = FixQueueMessage.safeParse(message.body);
    if (!body.success) {
      logFailure("queue_message_unreadable", body.error, { id: message.id });
      message.ack();
      continue;
    }
    try {
      await beginRun(deps, body.data.projectId, body.data.runId);
      message.ack();
    } catch (error) {
      logFailure("queue_message_failed", error, { id: message.id, attempts: message.attempts });
      message.retry({ delaySeconds: Math.min(LONGEST_WAIT_SECONDS, 2 ** message.attempts) });
    }
  }
}
