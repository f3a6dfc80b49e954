import { beginRun } from "../fix/begin-run";
import type { Deps } from "../deps";
import { runIngestJob } from "../ingest/poll";
import { ForeignError } from "../kit/foreign-error";
import { logFailure } from "../kit/log";
import { QueueMessage } from "./messages";

const LONGEST_WAIT_SECONDS = 300;
/** Longer than any service's window; a queue waits 12 hours at most. */
const LONGEST_TOLD_SECONDS = 6 * 3600;

/**
 * Each message on its own and beside the others, so that a slow one holds nobody up. A body that cannot be read is dropped (the
 * sweep sends runs anew, cron polls); a failure is tried again, after the time that an outside service named.
 */
export async function handleQueue(batch: MessageBatch<unknown>, deps: Deps): Promise<void> {
  await Promise.all(batch.messages.map((message) => handleMessage(message, deps)));
}

async function handleMessage(message: Message<unknown>, deps: Deps): Promise<void> {
  const body = QueueMessage.safeParse(message.body);
  if (!body.success) {
    logFailure("queue_message_unreadable", body.error, { id: message.id });
    return message.ack();
  }
  try {
    await work(deps, body.data);
    message.ack();
  } catch (error) {
    logFailure("queue_message_failed", error, { id: message.id, attempts: message.attempts });
    message.retry({ delaySeconds: delayAfter(error, message.attempts) });
  }
}

function work(deps: Deps, body: QueueMessage): Promise<void> {
  if (body.kind === "start_run") return beginRun(deps, body.projectId, body.runId);
  return runIngestJob(deps, body);
}

function delayAfter(error: unknown, attempts: number): number {
  const told = error instanceof ForeignError ? error.retryAfterSeconds : undefined;
  if (told !== undefined) return Math.min(LONGEST_TOLD_SECONDS, told);
  return Math.min(LONGEST_WAIT_SECONDS, 2 ** attempts);
}
