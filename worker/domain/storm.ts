/**
 * Storms: the same crash thousands of times. The first event of a fingerprint becomes an item; the others, for an hour, only a
 * number on it. Pure. What must hold whatever is repeated, lost half-way or comes at once: the numbers on the items add up to
 * the number of different events.
 */
export type Storm = {
  fingerprint: string;
  /** The event that is to become the item, and that item's external id. */
  firstEventId: string;
  externalId: string;
  startedAt: number;
  /** When the first event was last handed to its caller for storing. */
  leasedAt: number;
  /** The item is stored, or durably on its way. */
  stored: boolean;
  /** Different events, the first included. */
  count: number;
  lastAt: number;
};

export type CrashEvent = { eventId: string; externalId: string; fingerprint: string };

/** `store`: make it an item, then confirm. `counted`: it is a number now. `replay`: it was here before. */
export type StormVerdict = "store" | "counted" | "replay";

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
  if (!storm || (storm.stored && now - storm.startedAt >= STORM_WINDOW_MS)) {
    return { verdict: "store", storm: newStorm(event, now), begins: true };
  }
  const grown = { ...storm, count: storm.count + 1, lastAt: now };
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
    startedAt: now,
    leasedAt: now,
    stored: false,
    count: 1,
    lastAt: now,
  };
}
