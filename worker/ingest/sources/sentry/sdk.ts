import { DomainError } from "../../../domain/errors";
import type { NewFeedback } from "../../../domain/feedback";
import { decompress } from "../../../kit/decompress";
import { contentKey } from "../content-key";
import { malformed, parseJsonBody } from "../json";
import { isRecord, textOf, type Loose } from "../loose";
import type { Envelope, EnvelopeItem } from "./envelope";
import { mapSentryEvent } from "./event";
import { eventIdOf } from "./links";

/** The largest event that is read, in bytes: Sentry's own limit. */
export const EVENT_LIMIT_BYTES = 1024 * 1024;

/**
 * Fields that only Sentry's server writes. In what an SDK sends they are made up, and would file the report under somebody
 * else's issue, or put a foreign link on it.
 */
const SERVER_FIELDS =
  "issue_id groupID group_id issue issue_url url web_url project project_url eventID entries id title metadata culprit";

/**
 * The reports in an envelope: `event`, `feedback` and `user_report`. All other items (sessions, transactions, replays,
 * attachments, logs, client reports …) mean nothing here. Throws `malformed_body`, or `body_too_large` for an event over
 * 1 MiB.
 */
export function mapEnvelope(envelope: Envelope, now: number): NewFeedback[] {
  return envelope.items.flatMap((item, index) => {
    const path = `items.${index}`;
    switch (item.type) {
      case "event":
      case "feedback":
        return sdkEvent(readPayload(item, path), item.payload, now, envelope.headers.event_id);
      case "user_report":
        return userReport(readPayload(item, path), path, now);
      default:
        return [];
    }
  });
}

/** The report in the body of the older `/store/` address: a bare event, in very old SDKs as base64 of zlib. */
export function mapStore(body: Uint8Array, now: number): NewFeedback[] {
  const plain = isJson(body) ? body : unpackOld(body);
  if (plain.byteLength > EVENT_LIMIT_BYTES) throw tooLarge();
  const event = parseJsonBody(plain);
  if (!isRecord(event)) throw malformed("", "An event is expected.");
  return sdkEvent(event, plain, now);
}

function sdkEvent(
  event: Loose,
  bytes: Uint8Array,
  now: number,
  eventId: unknown = undefined,
): NewFeedback[] {
  if (event.type === "transaction") return [];
  const own: Loose = { ...event };
  for (const field of SERVER_FIELDS.split(" ")) delete own[field];
  own.event_id = eventIdOf(event.event_id) ?? eventIdOf(eventId);
  const report = mapSentryEvent(own, { fallbackId: `content:${contentKey(bytes)}` }, now);
  return [viaDsn(report)];
}

/** What a person wrote about an event, in the form before the `feedback` item. Its report stands beside the event's. */
function userReport(report: Loose, path: string, now: number): NewFeedback[] {
  const about = eventIdOf(report.event_id);
  if (!about) throw malformed(`${path}.event_id`, "An event's id is missing.");
  if (!textOf(report.comments)) return [];
  const event: Loose = { user_feedback: { ...report, event_id: about }, timestamp: now / 1000 };
  const mapped = mapSentryEvent(event, { fallbackId: `user_report:${about}` }, now);
  return [viaDsn(mapped)];
}

function viaDsn(report: NewFeedback): NewFeedback {
  return { ...report, metadata: { ...report.metadata, via: "dsn" } };
}

function readPayload(item: EnvelopeItem, path: string): Loose {
  if (item.payload.byteLength > EVENT_LIMIT_BYTES) throw tooLarge();
  let payload: unknown;
  try {
    payload = parseJsonBody(item.payload);
  } catch {
    throw malformed(path, "The payload is no JSON.");
  }
  if (!isRecord(payload)) throw malformed(path, "An object is expected.");
  return payload;
}

function isJson(body: Uint8Array): boolean {
  return (
    body.find((byte) => byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) === 0x7b
  );
}

function unpackOld(body: Uint8Array): Uint8Array {
  const packed = fromBase64(new TextDecoder().decode(body));
  const unpacked = packed && decompress(packed, "deflate", EVENT_LIMIT_BYTES);
  if (unpacked && !unpacked.ok && unpacked.fault === "too_large") throw tooLarge();
  if (!unpacked?.ok) throw malformed("", "An event in JSON is expected.");
  return unpacked.bytes;
}

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

function tooLarge(): DomainError {
  return new DomainError("body_too_large", `An event may have ${EVENT_LIMIT_BYTES} bytes at most.`);
}
