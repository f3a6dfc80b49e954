import { newId } from "../domain/ids";
import type { VerifiedDelivery } from "./verified-delivery";

/** What a queue message says: the delivery itself, or where it lies. */
export type DeliveryMessage =
  | { v: 1; kind: "delivery"; delivery: VerifiedDelivery }
  | { v: 1; kind: "stored_delivery"; key: string };

/** What a queue message may hold, with room for its envelope (the limit is 128 kB). */
const MESSAGE_BYTES = 100_000;

/** Keeps a delivery until the database takes it, a large one in the archive. Throws when it could not be kept. */
export async function queueDelivery(
  queue: { send(message: DeliveryMessage): Promise<unknown> },
  archive: R2Bucket,
  delivery: VerifiedDelivery,
): Promise<void> {
  const text = JSON.stringify(delivery);
  if (new TextEncoder().encode(text).byteLength <= MESSAGE_BYTES) {
    await queue.send({ v: 1, kind: "delivery", delivery });
    return;
  }
  const key = `ingest/${delivery.projectId}/${newId()}.json`;
  await archive.put(key, text);
  await queue.send({ v: 1, kind: "stored_delivery", key });
}
