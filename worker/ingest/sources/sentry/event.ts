import {
  BODY_LIMIT,
  TITLE_LIMIT,
  cleanText,
  type Crash,
  type FeedbackMetadata,
  type NewFeedback,
} from "../../../domain/feedback";
import { errorLine, frameText, topFrames } from "../../../domain/frame-text";
import {
  definedOnly,
  firstText,
  isRecord,
  listOf,
  momentOf,
  recordOf,
  restOf,
  textOf,
  type Loose,
} from "../loose";
import { sentryCrash, sentryExceptions, type SentryExceptions } from "./frames";
import { sentryLevel } from "./level";
import { sentryLinks, type SentryLinks } from "./links";
import { sentryTags } from "./tags";
import { cspTitle, sentryMessage, sentryTitle } from "./title";

/** What the delivery around an event knows better than the event itself. */
export type SentryContext = {
  issueId?: string;
  organization?: string;
  project?: string;
  url?: string;
  rule?: string;
  culprit?: string;
  level?: string;
  /** The item's external id when the event has neither an id nor an issue. */
  fallbackId: string;
};

/** How much of the fields that nobody reads is kept, in units of JSON. */
const REST_LIMIT = 16_384;
const TEXT_LIMIT = 500;

/** Fields that are read elsewhere, or that are heavy and of no use to a reader. */
const KNOWN: ReadonlySet<string> = new Set(
  (
    "exception stacktrace threads breadcrumbs debug_meta modules entries metadata title message logentry csp tags " +
    "culprit transaction environment release level platform fingerprint event_id eventID id issue_id issue groupID " +
    "group_id url web_url issue_url project timestamp datetime received dateCreated dateReceived user_feedback " +
    "userReport _meta _metrics _ref _ref_version key_id grouping_config hashes hierarchical_hashes errors location " +
    "nodestore_insert processed_by_symbolicator version type sentry.interfaces.Exception sentry.interfaces.Message " +
    "sentry.interfaces.Stacktrace sentry.interfaces.Csp sentry.interfaces.Breadcrumbs"
  ).split(" "),
);

/**
 * Maps one Sentry event, as a webhook, the API, or any of the SDKs writes it, to a report. Body: the error and the three
 * top frames; all frames are in `metadata.crash`. The external id is the event's; an event without one takes its
 * issue's, else `context.fallbackId`.
 */
export function mapSentryEvent(raw: Loose, context: SentryContext, now: number): NewFeedback {
  const event = commonShape(raw);
  const crash = sentryCrash(event);
  const exceptions = sentryExceptions(event);
  const links = sentryLinks(event, context);
  const feedback = userFeedback(event);
  const title = feedback?.message ?? sentryTitle(event, exceptions?.thrown ?? null);
  const lead = crash ? errorLine(crash) : undefined;
  const opening = firstText(feedback?.message, lead, sentryMessage(event), title) ?? title;
  const body = [opening, ...(crash ? topFrames(crash, 3).map(frameText) : [])].join("\n");
  const issue = links.issueId ? `issue:${links.issueId}` : undefined;
  return {
    source: "sentry",
    external_id: links.eventId ?? issue ?? context.fallbackId,
    ...(issue ? { link: issue } : {}),
    title: cleanText(title.split("\n", 1)[0]!, TITLE_LIMIT) || cleanText(title, TITLE_LIMIT),
    body: cleanText(body, BODY_LIMIT),
    raw_text: cleanText(readableText(event, title, crash, exceptions, feedback), BODY_LIMIT),
    metadata: metadataOf(event, context, links, crash, feedback),
    created_at: momentOf(
      now,
      event.timestamp,
      event.datetime,
      event.dateCreated,
      event.received,
      event.dateReceived,
    ),
  };
}

/** The API's shape (`entries[]`) and the old interface names, brought to the names that events use today. */
function commonShape(raw: Loose): Loose {
  const event: Loose = { ...raw };
  for (const entry of listOf(raw.entries).filter(isRecord)) {
    const name = entry.type === "message" ? "logentry" : textOf(entry.type);
    if (name && name !== "__proto__" && event[name] === undefined) event[name] = entry.data;
  }
  return event;
}

type UserFeedback = { message: string; name?: string; email?: string; about?: string };

/** What a person wrote: the feedback widget's context, or the older user report attached to an event. */
function userFeedback(event: Loose): UserFeedback | undefined {
  const widget = recordOf(recordOf(event.contexts).feedback);
  const report = recordOf(event.user_feedback ?? event.userReport);
  const message = firstText(widget.message, report.comments);
  if (!message) return undefined;
  return {
    message: cleanText(message, BODY_LIMIT),
    name: cut(firstText(widget.name, report.name)),
    email: cut(firstText(widget.contact_email, report.email)),
    about: cut(firstText(widget.associated_event_id, report.event_id)),
  };
}

function readableText(
  event: Loose,
  title: string,
  crash: Crash | null,
  exceptions: SentryExceptions | null,
  feedback: UserFeedback | undefined,
): string {
  const parts = [
    title,
    crash ? errorLine(crash) : undefined,
    ...(exceptions?.others ?? []).map((other) => `Caused by: ${errorLine(other)}`),
    sentryMessage(event),
    cspTitle(event),
    feedback?.message,
    firstText(event.culprit, event.transaction),
    ...(crash?.frames.map((frame) => `  at ${frameText(frame)}`) ?? []),
  ];
  const said = new Set<string>();
  return parts.filter((part) => part && !said.has(part) && said.add(part)).join("\n");
}

function metadataOf(
  event: Loose,
  context: SentryContext,
  links: SentryLinks,
  crash: Crash | null,
  feedback: UserFeedback | undefined,
): FeedbackMetadata {
  const tags = sentryTags(event.tags);
  const release = isRecord(event.release) ? event.release.version : event.release;
  return definedOnly({
    url: links.url,
    event_id: links.eventId,
    issue_id: links.issueId,
    organization: cut(links.organization),
    project: cut(links.project),
    crash: crash ?? undefined,
    culprit: cut(firstText(event.culprit, context.culprit, event.transaction, culpritOf(crash))),
    environment: cut(firstText(event.environment, tags.environment)),
    release: cut(firstText(release, tags.release, tags["sentry:release"])),
    level: cut(sentryLevel(event.level, context.level, tags.level)),
    platform: cut(textOf(event.platform)),
    tags: Object.keys(tags).length > 0 ? tags : undefined,
    fingerprint: ownFingerprint(event.fingerprint),
    rule: cut(context.rule),
    author: feedback?.name,
    user_feedback: feedback && definedOnly({ ...feedback }),
    sentry: restOf(event, KNOWN, REST_LIMIT),
  });
}

/** Sentry writes the place where an error happened as `file in function`. */
function culpritOf(crash: Crash | null): string | undefined {
  const [frame] = crash ? topFrames(crash, 1) : [];
  const place = frame?.module ?? frame?.file;
  if (!frame || !place) return undefined;
  return frame.function ? `${place} in ${frame.function}` : place;
}

/** A fingerprint that somebody chose; the SDK's own default says nothing. */
function ownFingerprint(value: unknown): string[] | undefined {
  const parts = listOf(value)
    .slice(0, 20)
    .flatMap((part) => cut(textOf(part)) ?? []);
  const chosen = parts.some((part) => !/^\{\{\s*default\s*\}\}$/.test(part));
  return chosen ? parts : undefined;
}

function cut(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cleanText(text, TEXT_LIMIT) || undefined;
}
