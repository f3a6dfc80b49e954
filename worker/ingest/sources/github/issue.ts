import { z } from "zod";
import { BODY_LIMIT, TITLE_LIMIT, cleanText, type NewFeedback } from "../../../domain/feedback";
import { parseStackText } from "../../../domain/stack-text";
import { definedOnly, httpUrl, momentOf, restOf } from "../loose";

/** What we write into every issue, comment and pull request of our own, so that it never comes back as a report. */
export const OWN_MARKER = "<!-- soulcaster -->";

const UNTITLED = "(no title)";
/** How much of the fields that nobody reads is kept, in units of JSON. */
const REST_LIMIT = 8_192;

const Person = z.looseObject({
  login: z.string().nullish(),
  type: z.string().nullish(),
});
const Label = z.union([z.string(), z.looseObject({ name: z.string().nullish() })]);
const Moment = z.union([z.string(), z.number()]).nullish();

/** An issue as webhooks and `GET /repos/{owner}/{repo}/issues` give it. Unknown fields stay. */
export const GithubIssue = z.looseObject({
  number: z.coerce.number().int().positive(),
  title: z.union([z.string(), z.number()]).nullish(),
  body: z.union([z.string(), z.number()]).nullish(),
  html_url: z.string().nullish(),
  user: Person.nullish(),
  labels: z.array(Label).nullish(),
  state: z.string().nullish(),
  state_reason: z.string().nullish(),
  created_at: Moment,
  updated_at: Moment,
  closed_at: Moment,
  pull_request: z.unknown().optional(),
});
export type GithubIssue = z.infer<typeof GithubIssue>;

/** The repository of an issue. Names change; `id` does not. */
export const GithubRepository = z.looseObject({
  id: z.coerce.number().int().nullish(),
  full_name: z.string().regex(/^[^/\s]+\/[^/\s]+$/, "must be owner/name"),
});
export type GithubRepository = z.infer<typeof GithubRepository>;

/** The repository that a listed issue names; names are compared exactly, so the asked one may differ in case. */
export function repositoryOf(issue: GithubIssue, asked: string): GithubRepository {
  const path = typeof issue.repository_url === "string" ? issue.repository_url : "";
  const full_name = /\/repos\/([^/\s]+\/[^/\s]+)$/.exec(path)?.[1] ?? asked;
  return { full_name };
}

export const NO_REPORT_REASONS = ["pull request", "written by a bot", "our own"] as const;

/** Why an issue is no report, in words fit for counting; null when it is one. */
export function notAReport(issue: GithubIssue): (typeof NO_REPORT_REASONS)[number] | null {
  if (issue.pull_request) return "pull request";
  if (issue.user?.type === "Bot" || issue.user?.login?.endsWith("[bot]")) return "written by a bot";
  if (typeof issue.body === "string" && issue.body.includes(OWN_MARKER)) return "our own";
  return null;
}

/** `owner/name#12`. */
export function issueExternalId(repository: GithubRepository, number: number): string {
  return `${repository.full_name}#${number}`;
}

/** The names of an issue's labels. */
export function labelsOf(issue: GithubIssue): string[] {
  const names = (issue.labels ?? []).map((label) =>
    typeof label === "string" ? label : label.name,
  );
  return names.flatMap((name) => (name ? [cleanText(name, 200)] : [])).slice(0, 100);
}

const KNOWN: ReadonlySet<string> = new Set(
  (
    "number title body html_url user labels state state_reason created_at updated_at closed_at pull_request id " +
    "node_id url repository_url repository labels_url comments_url events_url timeline_url assignee assignees milestone " +
    "reactions performed_via_github_app body_html body_text"
  ).split(" "),
);

/** Maps an issue to a report; a stack trace pasted into its body becomes `metadata.crash`. Ask `notAReport` first. */
export function mapGithubIssue(
  issue: GithubIssue,
  repository: GithubRepository,
  now: number,
): NewFeedback {
  const text = String(issue.body ?? "");
  const title = cleanText(String(issue.title ?? ""), TITLE_LIMIT) || UNTITLED;
  const body = cleanText(text, BODY_LIMIT);
  return {
    source: "github",
    external_id: issueExternalId(repository, issue.number),
    title,
    body,
    raw_text: cleanText(`${title}\n\n${text}`, BODY_LIMIT),
    metadata: definedOnly({
      url: httpUrl(issue.html_url),
      author: issue.user?.login ? cleanText(issue.user.login, 200) : undefined,
      repository: repository.full_name,
      repository_id: repository.id ?? undefined,
      number: issue.number,
      labels: labelsOf(issue),
      state: issue.state ?? "open",
      state_reason: issue.state_reason ?? undefined,
      updated_at: momentOf(now, issue.updated_at, issue.created_at),
      crash: parseStackText(body) ?? undefined,
      github: restOf(issue, KNOWN, REST_LIMIT),
    }),
    created_at: momentOf(now, issue.created_at),
    state: issue.state === "closed" ? "closed" : "open",
  };
}
