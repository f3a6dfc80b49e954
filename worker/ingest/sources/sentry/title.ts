import { errorLine } from "../../../domain/frame-text";
import { firstText, isRecord, recordOf, textOf, type Loose } from "../loose";
import type { SentryException } from "./frames";

/** What Sentry itself calls an event that tells nothing. */
export const UNLABELLED = "<unlabeled event>";

/**
 * An event's title: the first of these that is not empty. `metadata.type` and `.value`; `metadata.title`; the thrown
 * exception; `title`; the log entry; `message`; the CSP directive. Webhooks carry `metadata` and `title`, bare events of
 * SDKs do not.
 */
export function sentryTitle(event: Loose, thrown: SentryException | null): string {
  const metadata = recordOf(event.metadata);
  const named = textOf(metadata.type)
    ? errorLine({ type: textOf(metadata.type)!, message: textOf(metadata.value) ?? null })
    : undefined;
  return (
    firstText(
      named,
      metadata.title,
      thrown ? errorLine(thrown) : undefined,
      unlessUnlabelled(event.title),
      sentryMessage(event),
      cspTitle(event),
    ) ?? UNLABELLED
  );
}

/** The text of a message-only event: `logentry` and `message` may each be a text or an object. */
export function sentryMessage(event: Loose): string | undefined {
  return firstText(
    messageOf(event.logentry),
    messageOf(event["sentry.interfaces.Message"]),
    messageOf(event.message),
  );
}

function messageOf(value: unknown): string | undefined {
  return isRecord(value) ? firstText(value.formatted, value.message) : textOf(value);
}

function unlessUnlabelled(title: unknown): unknown {
  return title === UNLABELLED ? undefined : title;
}

/** A violated content security policy (CSP), in the words of its report; undefined for other events. */
export function cspTitle(event: Loose): string | undefined {
  const csp = recordOf(event.csp ?? event["sentry.interfaces.Csp"]);
  const directive = firstText(csp.effective_directive, csp.violated_directive);
  if (!directive) return undefined;
  const blocked = firstText(csp.blocked_uri);
  return blocked ? `Blocked '${directive}' from '${blocked}'` : `Blocked '${directive}'`;
}
