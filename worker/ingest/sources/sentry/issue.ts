import { cleanText, type NewFeedback } from "../../../domain/feedback";
import { firstText, momentOf, recordOf, textOf, type Loose } from "../loose";
import type { Mapped, SourceChange } from "../source";
import { malformed } from "../json";
import { mapSentryEvent } from "./event";
import { issueIdOf, projectOf } from "./links";

/**
 * Maps an `issue` webhook. `created` is a report under `issue:{id}` (its events carry the same `issue_id`, by which the
 * two are linked); the others change that report's state. `sentAt`: what the delivery says of its time. `archived` is the new word for `ignored`.
 */
export function mapSentryIssue(
  payload: Loose,
  action: string,
  now: number,
  sentAt: unknown,
): Mapped {
  const issue = recordOf(recordOf(payload.data).issue);
  const id = issueIdOf(issue.id);
  if (!id) throw malformed("data.issue.id", "An issue's id is missing.");
  if (action === "created") return { kind: "feedback", items: [issueReport(issue, id, now)] };
  const change = changeOf(issue, action, {
    at: momentOf(now, sentAt),
    by: textOf(recordOf(payload.actor).name) ?? null,
  });
  if (!change) return { kind: "ignored", reason: `issue.${cleanText(action, 40)}` };
  return { kind: "change", externalId: `issue:${id}`, change };
}

function changeOf(
  issue: Loose,
  action: string,
  who: { at: number; by: string | null },
): SourceChange | null {
  const substatus = textOf(issue.substatus) ?? null;
  switch (action) {
    case "resolved":
      return { ...who, action: "resolved", detail: resolutionOf(issue) };
    case "unresolved":
      return { ...who, action: "reopened", reason: substatus };
    case "ignored":
    case "archived":
      return { ...who, action: "ignored", detail: substatus };
    case "assigned": {
      const to = recordOf(issue.assignedTo);
      return { ...who, action: "assigned", to: firstText(to.name, to.email) ?? null };
    }
    default:
      return null;
  }
}

function resolutionOf(issue: Loose): string | null {
  const details = recordOf(issue.statusDetails);
  const release = firstText(details.inRelease);
  if (release) return `in release ${cleanText(release, 200)}`;
  if (details.inNextRelease) return "in the next release";
  const commit = recordOf(details.inCommit);
  const sha = firstText(commit.commit, commit.id);
  return sha ? `in commit ${cleanText(sha, 100)}` : null;
}

/** An issue says of its error only type, value, file and function (in `metadata`): enough for one frame. */
function issueReport(issue: Loose, id: string, now: number): NewFeedback {
  const about = recordOf(issue.metadata);
  const type = textOf(about.type);
  const frame = { filename: about.filename, function: about.function };
  const event: Loose = {
    ...issue,
    id: undefined,
    issue_id: id,
    exception: type
      ? [{ type, value: about.value, stacktrace: { frames: about.filename ? [frame] : [] } }]
      : undefined,
    // An issue's `type` and `status` are its own, not the event's; the address of the API is no link for people.
    type: undefined,
    issue_url: issue.url,
    web_url: firstText(issue.web_url, issue.permalink),
    timestamp: issue.firstSeen,
  };
  const context = { issueId: id, project: projectOf(issue.project), fallbackId: `issue:${id}` };
  const report = mapSentryEvent(event, context, now);
  const shortId = textOf(issue.shortId);
  return shortId ? { ...report, metadata: { ...report.metadata, short_id: shortId } } : report;
}
