import { beginRun } from "../fix/begin-run";
import type { Deps } from "../deps";
import { erase } from "../ingest/erase";
import { runIngestJob } from "../ingest/poll";
import { VerifiedDelivery } from "../ingest/verified-delivery";
import { bury, storeQueued } from "../ingest/store-queued";
import { ForeignError } from "../kit/foreign-error";
import { logFailure } from "../kit/log";
import { QueueMessage } from "./messages";

const LONGEST_WAIT_SECONDS = 300;
/** Longer than any service's window; a queue waits 12 hours at most. */
const LONGEST_TOLD_SECONDS = 6 * 3600;
/** With waits of five minutes: about eight hours, longer than a database is away. Fewer than the queue's `max_retries`. */
const DELIVERY_ATTEMPTS = 95;

/**
 * Each message on its own and beside the others, so that a slow one holds nobody up. A body that cannot be read is dropped (the
 * sweep sends runs anew, cron polls); a failure is tried again, after the time that an outside service named. A delivery that
 * was tried in vain for hours becomes a dead letter.
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
    const done = await work(deps, message, body.data);
    if (done) message.ack();
    else message.retry();
  } catch (error) {
    logFailure("queue_message_failed", error, { id: message.id, attempts: message.attempts });
    message.retry({ delaySeconds: delayAfter(error, message.attempts) });
  }
}

/** Returns false when there is more to do at once. */
async function work(deps: Deps, message: Message<unknown>, body: QueueMessage): Promise<boolean> {
  switch (body.kind) {
    case "start_run":
      await beginRun(deps, body.projectId, body.runId);
      return true;
    case "erase":
      return erase(deps, body.erasureId);
    case "delivery":
      await store(deps, message, body.delivery);
      return true;
    case "stored_delivery":
      await storeFromArchive(deps, message, body.key);
      return true;
    default:
      await runIngestJob(deps, body);
      return true;
  }
}

async function store(
  deps: Deps,
  { id, attempts }: Message<unknown>,
  delivery: VerifiedDelivery,
): Promise<void> {
  if (attempts >= DELIVERY_ATTEMPTS) {
    return bury(deps, id, delivery, "The database did not take it for hours.");
  }
  return storeQueued(deps, id, delivery);
}

async function storeFromArchive(deps: Deps, message: Message<unknown>, key: string): Promise<void> {
  const stored = await deps.archive.get(key);
  if (!stored) return;
  const delivery = VerifiedDelivery.safeParse(await stored.json());
  if (delivery.success) await store(deps, message, delivery.data);
  else logFailure("queued_delivery_unreadable", delivery.error, { key });
  await deps.archive.delete(key);
}

function delayAfter(error: unknown, attempts: number): number {
  const told = error instanceof ForeignError ? error.retryAfterSeconds : undefined;
  if (told !== undefined) return Math.min(LONGEST_TOLD_SECONDS, told);
  return Math.min(LONGEST_WAIT_SECONDS, 2 ** attempts);
}
