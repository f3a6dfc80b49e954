import { cleanText } from "../../../domain/feedback";
import { malformed, parseJsonBody } from "../json";
import { firstText, httpUrl, isRecord, recordOf, textOf, type Loose } from "../loose";
import type { Delivery, Mapped, WebhookSource } from "../source";
import { contentKey } from "../content-key";
import { mapSentryEvent, type SentryContext } from "./event";
import { mapSentryComment } from "./comment";
import { mapSentryIssue } from "./issue";
import { apiPath, issueIdOf, projectOf } from "./links";
import { mapMetricAlert } from "./metric-alert";
import { verifySentry } from "./verify";

/** Sentry: webhooks of the integration platform, of the older webhook plugin and service hooks, and bare events. */
export const sentrySource: WebhookSource = {
  kind: "sentry",
  verify: verifySentry,
  deliveryId: (headers) => headers.get("request-id"),
  map: mapSentry,
};

/**
 * Maps a delivery. `Sentry-Hook-Resource` names the kind; without it (the plugin, SDKs) the body's shape tells.
 * See `Mapped` and `WebhookSource.map` for what comes back and what is thrown.
 */
export function mapSentry(delivery: Delivery, now: number): Mapped {
  const payload = parseJsonBody(delivery.body);
  if (!isRecord(payload)) throw malformed("", "An object is expected.");
  const fallbackId = `content:${contentKey(delivery.body)}`;
  const resource = delivery.headers.get("sentry-hook-resource") ?? resourceOf(payload);
  if (resource !== null) {
    const sentAt = delivery.headers.get("sentry-hook-timestamp");
    return mapWebhook(resource, payload, { fallbackId, sentAt, now });
  }
  return mapPlain(payload, fallbackId, now);
}

/** The body of a webhook does not name its kind, but its data does, mostly. */
function resourceOf(payload: Loose): string | null {
  if (typeof payload.action !== "string" || !isRecord(payload.data)) return null;
  const { data } = payload;
  if (isRecord(data.event)) return "event_alert";
  return (
    ["error", "issue", "metric_alert", "installation"].find((name) => isRecord(data[name])) ??
    (data.comment_id === undefined ? "unknown" : "comment")
  );
}

type Around = { fallbackId: string; sentAt: string | null; now: number };

function mapWebhook(resource: string, payload: Loose, around: Around): Mapped {
  const { fallbackId, sentAt, now } = around;
  const action = textOf(payload.action) ?? "unknown";
  const data = recordOf(payload.data);
  switch (resource) {
    case "event_alert":
      return eventReport(
        "data.event",
        data.event,
        { fallbackId, rule: textOf(data.triggered_rule) },
        now,
      );
    case "error":
      return eventReport("data.error", data.error, { fallbackId }, now);
    case "issue":
      return mapSentryIssue(payload, action, now, sentAt);
    case "comment":
      return mapSentryComment(payload, action, now, sentAt);
    case "metric_alert":
      return mapMetricAlert(data, action, now, sentAt);
    case "installation":
      return installationNews(action);
    default:
      // seer, activity_alert, and what may come: no report of a bug.
      return ignored(resource, action);
  }
}

function installationNews(action: string): Mapped {
  const news = ignored("installation", action);
  if (action !== "deleted") return news;
  return {
    ...news,
    trouble: "The integration was removed in Sentry: no more deliveries will come.",
  };
}

function ignored(resource: string, action: string) {
  return { kind: "ignored" as const, reason: cleanText(`${resource}.${action}`, 80) };
}

function eventReport(path: string, event: unknown, context: SentryContext, now: number): Mapped {
  if (!isRecord(event)) throw malformed(path, "An event is expected here.");
  if (event.type === "transaction") return { kind: "ignored", reason: "transaction" };
  return { kind: "feedback", items: [mapSentryEvent(event, context, now)] };
}

/** The plugin's shape has the issue on top and the event inside; all else has to be an event itself. */
function mapPlain(payload: Loose, fallbackId: string, now: number): Mapped {
  if (isRecord(payload.event)) return mapLegacy(payload, payload.event, fallbackId, now);
  if (isOldCallback(payload)) return mapLegacy(payload, {}, fallbackId, now);
  if (!looksLikeEvent(payload)) {
    throw malformed("", "This is neither a webhook of Sentry nor an event.");
  }
  return eventReport("", payload, { fallbackId }, now);
}

/** On top, `id` is the issue's. Service hooks put the issue into `group` instead. */
function mapLegacy(payload: Loose, event: Loose, fallbackId: string, now: number): Mapped {
  const group = recordOf(payload.group);
  const issueId = issueIdOf(payload.id) ?? issueIdOf(group.id);
  const url = httpUrl(payload.url) ?? httpUrl(group.url);
  const context: SentryContext = {
    issueId,
    organization: /\/organizations\/([^/]+)\//.exec(url ?? "")?.[1],
    project: firstText(payload.project_slug, projectOf(payload.project), payload.project_name),
    url: apiPath(url) ? undefined : url,
    rule: Array.isArray(payload.triggering_rules)
      ? firstText(...payload.triggering_rules.slice(0, 5))
      : undefined,
    culprit: firstText(payload.culprit, group.culprit),
    level: firstText(payload.level, group.level),
    fallbackId,
  };
  // An old event's own `id` is that of a row, and its `message` may be empty where the outer one is not.
  const inner: Loose = { ...event, id: undefined };
  if (!firstText(inner.title)) inner.title = firstText(payload.message, group.title);
  return eventReport("event", inner, context, now);
}

/** The first plugin of all sent no event, only `{id, project, message, culprit, level, url}`. */
function isOldCallback(payload: Loose): boolean {
  return (
    !!issueIdOf(payload.id) &&
    !!textOf(payload.project) &&
    !!textOf(payload.message) &&
    !payload.event_id
  );
}

const EVENT_FIELDS = [
  "event_id",
  "eventID",
  "exception",
  "sentry.interfaces.Exception",
  "sentry.interfaces.Message",
  "logentry",
  "message",
  "csp",
  "stacktrace",
  "threads",
  "entries",
];

function looksLikeEvent(payload: Loose): boolean {
  return EVENT_FIELDS.some((field) => payload[field] !== undefined && payload[field] !== null);
}
