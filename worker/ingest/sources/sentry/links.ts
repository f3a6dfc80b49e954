import { firstText, httpUrl, recordOf, textOf, type Loose } from "../loose";

/** Where an event belongs in Sentry. */
export type SentryLinks = {
  eventId?: string;
  issueId?: string;
  organization?: string;
  project?: string;
  url?: string;
};

/** Reads a 32-digit event id, with or without the dashes of a UUID. */
export function eventIdOf(value: unknown): string | undefined {
  const id = textOf(value)?.trim().replaceAll("-", "").toLowerCase();
  return id && /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}

/** An issue's id: digits, sent as text or as a number. */
export function issueIdOf(value: unknown): string | undefined {
  const id = textOf(value)?.trim();
  return id && /^\d{1,20}$/.test(id) ? id : undefined;
}

/**
 * Collects ids and the link back. Older payloads lack `issue_id`, which is then read out of `issue_url`; without
 * `web_url` the link is built from the API addresses' host, the organisation and the issue's id.
 */
export function sentryLinks(event: Loose, outer: Loose = {}): SentryLinks {
  const api = apiPath(event.url) ?? apiPath(event.issue_url);
  const issueId =
    issueIdOf(event.issue_id) ??
    issueIdOf(event.groupID) ??
    issueIdOf(event.group_id) ??
    issueIdOf(apiPath(event.issue_url)?.issue) ??
    issueIdOf(recordOf(event.issue).id) ??
    issueIdOf(outer.issueId);
  const eventId = eventIdOf(event.event_id) ?? eventIdOf(event.eventID) ?? eventIdOf(event.id);
  const organization = firstText(
    outer.organization,
    api?.organization,
    apiPath(event.project_url)?.organization,
  );
  const built = api && buildUrl(api.host, { organization, issueId, eventId });
  const url = httpUrl(event.web_url) ?? httpUrl(outer.url) ?? built;
  const project = firstText(outer.project, api?.project, projectOf(event.project));
  return { eventId, issueId, organization, project, url };
}

type ApiPath = { host: string; organization?: string; project?: string; issue?: string };

/** Takes apart `https://host/api/0/projects/{org}/{project}/events/{id}/` and `…/api/0/[organizations/{org}/]issues/{id}/`. */
export function apiPath(value: unknown): ApiPath | undefined {
  const address = httpUrl(value);
  if (!address) return undefined;
  const url = new URL(address);
  const path =
    /\/api\/0\/(?:(projects)\/([^/]+)\/([^/]+)|(?:organizations\/([^/]+)\/)?(?:issues|groups)\/(\d+))/.exec(
      url.pathname,
    );
  if (!path) return undefined;
  const organization = path[2] ?? path[4];
  return { host: url.origin, organization, project: path[3], issue: path[5] };
}

function buildUrl(
  host: string,
  ids: { organization?: string; issueId?: string; eventId?: string },
): string | undefined {
  if (!ids.issueId) return undefined;
  const organization = ids.organization ? `/organizations/${ids.organization}` : "";
  const event = ids.eventId ? `events/${ids.eventId}/` : "";
  return `${host}${organization}/issues/${ids.issueId}/${event}`;
}

/** A project is a slug, a number, or an object with either. */
export function projectOf(value: unknown): string | undefined {
  const project = recordOf(value);
  return firstText(project.slug, project.name, project.id, value);
}
