import { cleanText } from "../../../domain/feedback";
import { malformed } from "../json";
import { momentOf, recordOf, textOf, type Loose } from "../loose";
import type { Mapped } from "../source";
import { issueIdOf } from "./links";

const COMMENT_LIMIT = 4_000;

/**
 * Maps a `comment` webhook to a change of its issue's reports. `sentAt`: what the delivery says of its time; the payload's
 * `timestamp` is that of the comment's making, the same after each edit.
 */
export function mapSentryComment(
  payload: Loose,
  action: string,
  now: number,
  sentAt: unknown,
): Mapped {
  const data = recordOf(payload.data);
  const issueId = issueIdOf(data.issue_id);
  if (!issueId) throw malformed("data.issue_id", "An issue's id is missing.");
  const id = issueIdOf(data.comment_id);
  if (!id) throw malformed("data.comment_id", "A comment's id is missing.");
  if (!["created", "updated", "deleted"].includes(action)) {
    return { kind: "ignored", reason: cleanText(`comment.${action}`, 80) };
  }
  const text = cleanText(textOf(data.comment) ?? "", COMMENT_LIMIT);
  return {
    kind: "change",
    externalId: `issue:${issueId}`,
    change: {
      action: "commented",
      id,
      text: action === "deleted" ? null : text,
      at: momentOf(now, sentAt, data.timestamp),
      by: textOf(recordOf(payload.actor).name) ?? null,
    },
  };
}
