import type { Fault } from "../../domain/errors";
import type { NewFeedback, SourceKind } from "../../domain/feedback";

/**
 * A webhook as it was received. `body` holds the raw bytes: signatures are over them, never over re-serialised JSON.
 * `query` is that of its address.
 */
export type Delivery = { headers: Headers; body: Uint8Array; query?: URLSearchParams };

/**
 * Something happened to a report at its source after it was made. `at` is epoch milliseconds; `by` is the source's name
 * for who did it.
 */
export type SourceChange = { at: number; by: string | null } & (
  | { action: "reopened"; reason: string | null }
  | { action: "resolved"; detail: string | null }
  | { action: "ignored"; detail: string | null }
  | { action: "assigned"; to: string | null }
  /** A comment of the source's id `id` (digits) was written or changed; a `text` of null says that it was removed. */
  | { action: "commented"; id: string; text: string | null }
  | { action: "transferred"; to: string | null; url: string | null }
  | { action: "deleted"; reason: string | null }
);

/** What a delivery means to us. */
export type Mapped =
  /** New reports, or new texts of known ones (same external id). */
  | { kind: "feedback"; items: NewFeedback[] }
  /** The state of a report changed. The report may be unknown here. */
  | { kind: "change"; externalId: string; change: SourceChange }
  /**
   * Understood, or of an unknown kind, and nothing to store. `reason` is a short stable word group, fit for counting;
   * `trouble` tells the people of the project what they have to see to.
   */
  | { kind: "ignored"; reason: string; trouble?: string };

/**
 * A service that tells us of reports by signed webhooks. `map` is pure: `now` (epoch milliseconds) bounds the
 * payload's times and stands in for absent ones. It throws nothing but `DomainError("malformed_body", …)`, with the
 * path of the first fault; an unknown kind of event is `ignored`, never an error.
 */
export type WebhookSource = {
  kind: SourceKind;
  verify(delivery: Delivery, secrets: string[]): Promise<boolean>;
  /** The delivery's own id, the same when the service repeats the delivery. */
  deliveryId(headers: Headers): string | null;
  map(delivery: Delivery, now: number): Mapped;
};

/** What a batch of posted items means, by their place in the batch. Each index occurs in exactly one of the lists. */
export type MappedBatch = {
  items: { index: number; item: NewFeedback }[];
  changes: { index: number; externalId: string; change: SourceChange }[];
  ignored: { index: number; reason: string }[];
  refused: { index: number; faults: Fault[] }[];
};
