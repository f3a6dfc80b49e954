/**
 * Storms: the same crash thousands of times. The first event of a fingerprint becomes an item; the others that happened within
 * an hour of it, only a number on it. Pure. What must hold whatever is repeated, lost half-way or comes at once: the numbers on the items add up to
 * the number of different events.
 */
export type Storm = {
  fingerprint: string;
  /** The event that is to become the item, and that item's external id. */
  firstEventId: string;
  externalId: string;
  /** When the event happened that the storm began with (epoch milliseconds, as all times here). */
  startedAt: number;
  /** When the first event was last handed to its caller for storing. */
  leasedAt: number;
  /** The item is stored, or durably on its way. */
  stored: boolean;
  /** Different events, the first included. */
  count: number;
  lastAt: number;
};

/** `at`: when it happened, by its own account. */
export type CrashEvent = {
  eventId: string;
  externalId: string;
  fingerprint: string;
  at: number;
};

/** `store`: make it an item, then confirm. `counted`: it is a number now. `replay`: it was here before. */
export type StormVerdict = "store" | "counted" | "replay";

/** A delivery at the door: how many reports, its own id if it has one, and the crash events among the reports. */
export type Arrival = { reports: number; deliveryId: string | null; events: CrashEvent[] };

/** `known`: this very delivery was taken before. Else a verdict for each event; or how long to wait. */
export type Admission =
  | { kind: "known" }
  | { kind: "admitted"; verdicts: StormVerdict[] }
  | { kind: "limited"; retryAfterSeconds: number };

export const STORM_WINDOW_MS = 60 * 60 * 1000;
/** A caller that has not confirmed its item for this long is taken for dead; the next event takes its place. */
export const STORM_LEASE_MS = 30 * 1000;
/** How long event ids are remembered. */
export const EVENT_IDS_KEPT_MS = 72 * 60 * 60 * 1000;

/**
 * What to do with an event, and how its storm is afterwards; `begins` when that is a new one. `storm` is the fingerprint's newest, or, for an event that was
 * seen, the one that counts it. A storm whose item was never stored does not end: its count must reach an item.
 */
export function meetEvent(
  storm: Storm | null,
  event: CrashEvent,
  seen: boolean,
  now: number,
): { verdict: StormVerdict; storm: Storm; begins: boolean } {
  if (seen && storm) {
    const waits = !storm.stored && storm.firstEventId === event.eventId;
    if (!waits) return { verdict: "replay", storm, begins: false };
    return { verdict: "store", storm: { ...storm, leasedAt: now }, begins: false };
  }
  if (!storm || (storm.stored && Math.abs(event.at - storm.startedAt) >= STORM_WINDOW_MS)) {
    return { verdict: "store", storm: newStorm(event, now), begins: true };
  }
  const lastAt = Math.max(storm.lastAt, event.at);
  const grown = { ...storm, count: storm.count + 1, lastAt };
  if (storm.stored || now - storm.leasedAt < STORM_LEASE_MS) {
    return { verdict: "counted", storm: grown, begins: false };
  }
  const first = { firstEventId: event.eventId, externalId: event.externalId, leasedAt: now };
  return { verdict: "store", storm: { ...grown, ...first }, begins: false };
}

/**
 * The event's item is stored. If another event took its place in the meantime it is an item of its own, and the storm no longer
 * counts it; `own` says that this was noted before.
 */
export function confirmStored(
  storm: Storm,
  eventId: string,
  own: boolean,
): { storm: Storm; own: boolean } {
  if (storm.firstEventId === eventId) return { storm: { ...storm, stored: true }, own: false };
  if (own) return { storm, own };
  return { storm: { ...storm, count: storm.count - 1 }, own: true };
}

function newStorm(event: CrashEvent, now: number): Storm {
  return {
    fingerprint: event.fingerprint,
    firstEventId: event.eventId,
    externalId: event.externalId,
    startedAt: event.at,
    leasedAt: now,
    stored: false,
    count: 1,
    lastAt: event.at,
  };
}
