import { z } from "zod";
import { ForeignError } from "../../../kit/foreign-error";
import { fetchForeign, secondsToWait } from "../../../kit/foreign-fetch";
import { boundJson } from "../json";

export type IssueQuery = {
  /** `owner/name`. */
  repository: string;
  /** ISO 8601: issues that were updated at or after it. */
  since: string | null;
  page: number;
  /** The ETag of an earlier answer to the same query. */
  etag: string | null;
};

export type IssuePage = {
  /** What GitHub listed, pull requests among them; empty when nothing has changed. */
  issues: unknown[];
  more: boolean;
  etag: string | null;
  /** Set when this was the last request that GitHub allows for now. */
  waitSeconds: number | null;
};

/** The one question that a sync asks. Throws `ForeignError`. */
export type ListIssues = (query: IssueQuery) => Promise<IssuePage>;

export const ISSUES_PER_PAGE = 100;

/**
 * Lists a repository's issues by the time of their last change, oldest first
 * (docs.github.com/rest/issues/issues#list-repository-issues). An answer 304 is an empty page with the same ETag.
 */
export function createIssueList(settings: {
  apiUrl: string;
  token: string | undefined;
  /** At most 100, GitHub's own limit. */
  perPage?: number;
}): ListIssues {
  const perPage = settings.perPage ?? ISSUES_PER_PAGE;
  return async ({ repository, since, page, etag }) => {
    const url = new URL(`${settings.apiUrl}/repos/${repository}/issues`);
    const query = { state: "all", sort: "updated", direction: "asc" };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    url.searchParams.set("per_page", String(perPage));
    if (since) url.searchParams.set("since", since);
    if (page > 1) url.searchParams.set("page", String(page));
    const reply = await fetchForeign({
      service: "GitHub",
      url: url.href,
      headers: {
        accept: "application/vnd.github+json",
        "user-agent": "soulcaster",
        "x-github-api-version": "2022-11-28",
        ...(settings.token ? { authorization: `Bearer ${settings.token}` } : {}),
        ...(etag ? { "if-none-match": etag } : {}),
      },
      limit: 32 * 1024 * 1024,
    });
    const remaining = reply.headers.get("x-ratelimit-remaining");
    const waitSeconds =
      remaining !== null && Number(remaining) < 1 ? (secondsToWait(reply.headers) ?? 60) : null;
    if (reply.status === 304) return { issues: [], more: false, etag, waitSeconds };
    const issues = z.array(z.unknown()).max(ISSUES_PER_PAGE).safeParse(reply.json);
    if (!issues.success) throw new ForeignError("invalid_reply", "GitHub sent no list of issues");
    return {
      issues: issues.data.map(boundJson),
      more: /<[^>]*>;\s*rel="next"/.test(reply.headers.get("link") ?? ""),
      etag: reply.headers.get("etag"),
      waitSeconds,
    };
  };
}
