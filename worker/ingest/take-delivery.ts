import { DomainError } from "../domain/errors";
import type { NewFeedback } from "../domain/feedback";
import { fingerprintOf } from "../domain/fingerprint";
import { scrubFeedback, type ScrubRules } from "../domain/scrub";
import { filteredBy, type DeliveryNote, type DropReason } from "../domain/source";
import type { CrashEvent } from "../domain/storm";
import { within } from "../kit/deadline";
import { logEvent, logFailure } from "../kit/log";
import type { SourceRow } from "../store/sources";
import type { IngestDeps } from "./deps";
import type { PullNews, PullRequestMoved } from "./sources/github/map";
import type { Mapped } from "./sources/source";
import { storeDelivery, type Received, type Stored } from "./store-delivery";
import type { VerifiedDelivery } from "./verified-delivery";

/** Sentry hangs up after a second; what the database does not take within this goes to the queue as well. */
const STORE_WITHIN_MS = 600;
const RETRY_AFTER_SECONDS = 30;

export type Taken = {
  mapped: Mapped;
  pull?: PullRequestMoved | null;
  news?: PullNews[];
  deliveryId?: string | null;
};

/**
 * What every door does with a delivery that was verified and read: filter → the source's limit and storms → store, or queue
 * when the database is down or slow. What this answers is never lost. Throws `rate_limited`, and `unavailable` when neither
 * database nor queue takes it.
 */
export async function takeDelivery(
  deps: IngestDeps,
  source: SourceRow,
  taken: Taken,
): Promise<Received> {
  const { deliveryId = null, pull = null, news = [] } = taken;
  const { mapped, dropped } = filtered(taken.mapped, source);
  const reports = mapped.kind === "feedback" ? mapped.items : [];
  const arrival = { reports: Math.max(1, reports.length), deliveryId, events: eventsOf(reports) };
  const admission = await deps.meter(source.id).admit(arrival);
  if (admission.kind === "limited") throw tooMany(admission.retryAfterSeconds);
  if (admission.kind === "known") return received("ignored", "this delivery was here before");
  const counted = new Set(
    arrival.events.flatMap((event, i) =>
      admission.verdicts[i] === "store" ? [] : event.externalId,
    ),
  );
  const left = withoutCounted(mapped, counted);
  const stored = await storeOrQueue(deps, {
    projectId: source.projectId,
    sourceId: source.id,
    kind: source.kind,
    mapped: left,
    pull,
    news,
  });
  const events = arrival.events.filter((event) => !counted.has(event.externalId));
  const note: DeliveryNote = { ...("accepted" in stored ? countsOf(stored) : {}), dropped };
  const eventIds = events.map((event) => event.eventId);
  await deps.meter(source.id).confirm(eventIds, deliveryId, note);
  if (mapped.kind === "ignored") {
    logEvent("delivery_ignored", { source_id: source.id, reason: mapped.reason });
  }
  if (stored.feedback_ids.length === 0 && counted.size > 0) return received("counted", null);
  return received(stored.outcome, stored.reason, stored.feedback_ids);
}

/** What the source's filters let through. A delivery of which nothing is left is `ignored`. */
function filtered(mapped: Mapped, source: SourceRow) {
  const dropped: Partial<Record<DropReason, number>> = {};
  if (mapped.kind === "ignored" && mapped.unwanted) dropped.not_a_report = 1;
  if (mapped.kind !== "feedback") return { mapped, dropped };
  const items = mapped.items.filter((item) => {
    const reason = filteredBy(item.metadata, source.settings);
    if (reason) dropped[reason] = (dropped[reason] ?? 0) + 1;
    return reason === null;
  });
  const [reason] = Object.keys(dropped);
  if (items.length > 0 || !reason) return { mapped: { ...mapped, items }, dropped };
  return { mapped: { kind: "ignored" as const, reason: `filtered by ${reason}` }, dropped };
}

/** Crashes that carry an event's id: those may be a storm. */
function eventsOf(items: NewFeedback[]): CrashEvent[] {
  return items.flatMap((item) => {
    const eventId = item.metadata.event_id;
    const fingerprint = item.metadata.crash ? fingerprintOf(item.metadata) : null;
    if (!eventId || !fingerprint || item.external_id !== eventId) return [];
    return { eventId, externalId: item.external_id, fingerprint, at: item.created_at };
  });
}

function withoutCounted(mapped: Mapped, counted: Set<string>): Mapped {
  if (mapped.kind !== "feedback" || counted.size === 0) return mapped;
  return { ...mapped, items: mapped.items.filter((item) => !counted.has(item.external_id)) };
}

async function storeOrQueue(
  deps: IngestDeps,
  delivery: VerifiedDelivery,
): Promise<Stored | Received> {
  try {
    return await within(STORE_WITHIN_MS, () => storeDelivery(deps, delivery));
  } catch (error) {
    if (error instanceof DomainError) throw error;
    logFailure("delivery_not_stored", error, { source_id: delivery.sourceId });
  }
  try {
    // A queue is storage too: what waits there is as clean as what is in the database.
    await deps.queueDelivery(scrubbed(delivery, await deps.scrubRules(delivery.projectId)));
    return received("queued", "it is safe, and stored as soon as the database answers");
  } catch (error) {
    logFailure("delivery_not_queued", error, { source_id: delivery.sourceId });
    throw new DomainError("unavailable", "Reports cannot be taken just now. Send it again.", {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
}

function scrubbed(delivery: VerifiedDelivery, rules: ScrubRules): VerifiedDelivery {
  const { mapped } = delivery;
  if (mapped.kind !== "feedback") return delivery;
  const items = mapped.items.map((item) => scrubFeedback(item, rules));
  return { ...delivery, mapped: { ...mapped, items } };
}

function countsOf({ accepted, duplicate }: Stored): DeliveryNote {
  return { accepted, duplicate };
}

function received(
  outcome: Received["outcome"],
  reason: string | null,
  ids: string[] = [],
): Received {
  return { outcome, feedback_ids: ids, reason };
}

function tooMany(retryAfterSeconds: number): DomainError {
  return new DomainError("rate_limited", "This source brings too many reports at once.", {
    retryAfterSeconds,
  });
}
