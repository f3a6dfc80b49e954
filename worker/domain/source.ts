import { z } from "zod";
import type { FeedbackMetadata } from "./feedback";

/**
 * How a source's reports reach us. `webhook`: signed deliveries of a service · `dsn`: Sentry's SDKs, by the public key of a
 * project's DSN · `mail`: a mail address of the project's own.
 */
export const SOURCE_CHANNELS = ["webhook", "dsn", "mail"] as const;
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
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** How often each happened, since the source was made. */
export const DroppedCounts = z.partialRecord(z.enum(DROP_REASONS), z.number());
export type DroppedCounts = z.infer<typeof DroppedCounts>;

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
