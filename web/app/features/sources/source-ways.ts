import type { SourceKind } from "../../api.server";

type Channel = "webhook" | "dsn" | "mail";
type Way = { kind: SourceKind; channel: Channel; label: string };

/** The ways in that a person may add, by the word that the form sends. */
export const SOURCE_WAYS = {
  sentry: { kind: "sentry", channel: "webhook", label: "Sentry (webhooks)" },
  dsn: { kind: "sentry", channel: "dsn", label: "Sentry SDKs (DSN)" },
  github: { kind: "github", channel: "webhook", label: "GitHub (webhooks)" },
  email: { kind: "email", channel: "mail", label: "E-mail" },
} as const satisfies Record<string, Way>;

export type SourceWay = keyof typeof SOURCE_WAYS;
export const SOURCE_WAY_NAMES = Object.keys(SOURCE_WAYS) as SourceWay[];
