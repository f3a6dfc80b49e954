import { z } from "zod";
import type { FeedbackMetadata } from "./feedback";

/**
 * How a source's reports reach us. `webhook`: signed deliveries of a service · `dsn`: Sentry's SDKs, by the public key of a
 * project's DSN · `mail`: a mail address of the project's own · `poll`: we ask.
 */
export const SOURCE_CHANNELS = ["webhook", "dsn", "mail", "poll"] as const;
export type SourceChannel = (typeof SOURCE_CHANNELS)[number];

/** Sentry's levels, most severe first. */
export const LEVELS = ["fatal", "error", "warning", "info", "debug"] as const;
export type Level = (typeof LEVELS)[number];

const SENDER = /^(?:[^\s@<>,;"]{1,64})?@[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?$/;

/** What a person may set for one source. An absent or empty list lets everything through. */
export const SourceSettings = z.strictObject({
  /** Environments whose reports are taken. A report that names none is always taken. */
  environments: z.array(z.string().trim().min(1).max(100)).max(50).optional(),
  /** Levels whose reports are taken. A report that names none is always taken. */
  levels: z.array(z.enum(LEVELS)).max(LEVELS.length).optional(),
  /** Who may write to a mail address: `ann@example.com`, or `@example.com` for everybody there. */
  allowed_senders: z
    .array(
      z
        .string()
        .trim()
        .toLowerCase()
        .regex(SENDER, "must be an address, or @ and a domain")
        .max(320),
    )
    .max(200)
    .optional(),
});
export type SourceSettings = z.infer<typeof SourceSettings>;

/** Why something that came in was not kept. */
export const DROP_REASONS = [
  "environment",
  "level",
  "sender",
  "automatic_mail",
  "too_large",
  "not_a_report",
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** How often each happened, since the source was made. */
export const DroppedCounts = z.partialRecord(z.enum(DROP_REASONS), z.number());
export type DroppedCounts = z.infer<typeof DroppedCounts>;

/** What has come of a source's deliveries, in reports: kept, known already, refused, held back by reason. */
export type Delivered = {
  accepted: number;
  duplicate: number;
  refused: number;
  dropped: DroppedCounts;
};
export const NOTHING_DELIVERED: Delivered = { accepted: 0, duplicate: 0, refused: 0, dropped: {} };

/** What is added to it. With `error`, words that a person can act on; without, the delivery was read. */
export type DeliveryNote = Partial<Delivered> & { error?: string };

export function addNote(sum: Delivered, note: DeliveryNote): Delivered {
  const dropped = { ...sum.dropped };
  for (const reason of DROP_REASONS) {
    const more = note.dropped?.[reason] ?? 0;
    if (more > 0) dropped[reason] = (dropped[reason] ?? 0) + more;
  }
  return {
    accepted: sum.accepted + (note.accepted ?? 0),
    duplicate: sum.duplicate + (note.duplicate ?? 0),
    refused: sum.refused + (note.refused ?? 0),
    dropped,
  };
}

export function droppedInAll(dropped: DroppedCounts): number {
  return DROP_REASONS.reduce((sum, reason) => sum + (dropped[reason] ?? 0), 0);
}

/** Which of the source's filters holds a report back, or null. Names are compared without regard to case. */
export function filteredBy(
  metadata: FeedbackMetadata,
  settings: SourceSettings,
): "environment" | "level" | null {
  if (holdsBack(settings.environments, metadata.environment)) return "environment";
  return holdsBack(settings.levels, metadata["level"]) ? "level" : null;
}

function holdsBack(taken: readonly string[] | undefined, told: unknown): boolean {
  if (!taken || taken.length === 0 || typeof told !== "string") return false;
  const name = told.toLowerCase();
  return !taken.some((one) => one.toLowerCase() === name);
}

/** Whether a mail's sender may write. `address` is as the mail tells it; without a list everybody may. */
export function mayWrite(address: string, settings: SourceSettings): boolean {
  const allowed = settings.allowed_senders ?? [];
  if (allowed.length === 0) return true;
  const sender = address.trim().toLowerCase();
  const domain = sender.slice(sender.lastIndexOf("@"));
  return sender.includes("@") && allowed.some((one) => one === sender || one === domain);
}
