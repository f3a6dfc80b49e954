import { z } from "zod";
import { cleanText } from "../../../domain/feedback";
import { malformed, parseShape } from "../json";
import { firstText, httpUrl, momentOf, recordOf } from "../loose";
import type { Delivery, Mapped, SourceChange, WebhookSource } from "../source";
import {
  GithubIssue,
  GithubRepository,
  issueExternalId,
  mapGithubIssue,
  notAReport,
} from "./issue";
import { parsePayload } from "./payload";
import { verifyGithub } from "./verify";

export { mapPullNews, type PullNews } from "./pull-news";
export { mapPullRequest, type PullRequestMoved } from "./pull-request";

/** GitHub's webhooks, of which `issues` are reports. */
export const githubSource: WebhookSource = {
  kind: "github",
  verify: verifyGithub,
  deliveryId: (headers) => headers.get("x-github-delivery"),
  map: mapGithub,
};

const IssuesPayload = z.looseObject({
  action: z.string(),
  issue: GithubIssue,
  repository: GithubRepository,
  sender: z.looseObject({ login: z.string().nullish() }).nullish(),
  changes: z.unknown().optional(),
});
type IssuesPayload = z.infer<typeof IssuesPayload>;

/** Each tells the whole issue as it now is: text, state and labels. */
const TELLING: ReadonlySet<string> = new Set([
  "opened",
  "edited",
  "closed",
  "reopened",
  "labeled",
  "unlabeled",
]);

/**
 * Maps a delivery. Opening, editing, closing, reopening and labelling tell the report as it now is; deleting and
 * transferring take it away; other actions and other events are ignored. See `WebhookSource.map` for what is thrown.
 */
export function mapGithub(delivery: Delivery, now: number): Mapped {
  const event = delivery.headers.get("x-github-event");
  if (!event) throw malformed("X-GitHub-Event", "The header that names the event is missing.");
  const payload = parsePayload(delivery);
  if (event !== "issues") return { kind: "ignored", reason: reasonOf(event, payload) };
  return mapIssues(parseShape(IssuesPayload, payload), now);
}

function reasonOf(event: string, payload: unknown): string {
  const action = firstText(recordOf(payload).action);
  return cleanText(action ? `${event}.${action}` : event, 80);
}

function mapIssues(payload: IssuesPayload, now: number): Mapped {
  const { issue, repository, action } = payload;
  const reason = notAReport(issue);
  if (reason) return { kind: "ignored", reason, unwanted: true };
  if (TELLING.has(action)) {
    return { kind: "feedback", items: [mapGithubIssue(issue, repository, now)] };
  }
  const change = changeOf(payload, now);
  if (!change) return { kind: "ignored", reason: `issues.${cleanText(action, 60)}` };
  return { kind: "change", externalId: issueExternalId(repository, issue.number), change };
}

function changeOf(
  { issue, action, sender, changes }: IssuesPayload,
  now: number,
): SourceChange | null {
  const by = sender?.login ?? null;
  const at = momentOf(now, issue.updated_at);
  switch (action) {
    case "deleted":
      return { at, by, action: "deleted", reason: null };
    case "transferred":
      return { at, by, action: "transferred", ...targetOf(changes) };
    default:
      return null;
  }
}

/** Where a transferred issue went. Its new repository sends `opened` on its own, if it is connected. */
function targetOf(changes: unknown): { to: string | null; url: string | null } {
  const { new_issue, new_repository } = recordOf(changes);
  const issue = recordOf(new_issue);
  const parsed = GithubRepository.safeParse(new_repository);
  const number = firstText(issue.number);
  return {
    to: parsed.success && number ? `${parsed.data.full_name}#${number}` : null,
    url: httpUrl(issue.html_url) ?? null,
  };
}
