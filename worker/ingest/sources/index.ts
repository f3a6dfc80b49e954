import { githubSource } from "./github/map";
import { sentrySource } from "./sentry/map";
import type { WebhookSource } from "./source";

/** The sources that reach us by signed webhook. One more service is one more line here. */
export const WEBHOOK_SOURCES = {
  sentry: sentrySource,
  github: githubSource,
} as const satisfies Record<string, WebhookSource>;

export type WebhookKind = keyof typeof WEBHOOK_SOURCES;
