import PostalMime, { type Email } from "postal-mime";
import { BODY_LIMIT, cleanText, TITLE_LIMIT, type NewFeedback } from "../../../domain/feedback";
import { firstLine } from "../batch";
import { contentKey } from "../content-key";
import { malformed } from "../json";
import { definedOnly, momentOf } from "../loose";
import { htmlToText } from "./html-text";
import { ownText } from "./own-text";

const NAME_LIMIT = 200;
const NAMES_LIMIT = 50;
const ID_LIMIT = 500;

/** A mail as its sender's server handed it over: the return path is empty for bounces. */
export type Mail = { returnPath: string; raw: Uint8Array };

/** `sender`: the address in `From:`, in lower case, empty without one; `forged`: the receiving server found it so. */
export type MappedMail =
  | { kind: "report"; item: NewFeedback; sender: string; forged: boolean }
  | { kind: "automatic" };

/**
 * Maps a mail (RFC 5322, MIME) to a report. Attachments are dropped, their names kept. Bounces and automatic answers
 * (RFC 3834) are `automatic`. Throws nothing but `malformed_body`.
 */
export async function mapMail(mail: Mail, now: number): Promise<MappedMail> {
  const email = await parse(mail.raw);
  if (isAutomatic(email, mail.returnPath)) return { kind: "automatic" };
  const sender = (email.from?.address ?? "").trim().toLowerCase();
  const item = reportOf(email, contentKey(mail.raw), now);
  return { kind: "report", item, sender, forged: isForged(email) };
}

async function parse(raw: Uint8Array): Promise<Email> {
  try {
    return await PostalMime.parse(raw, { maxNestingDepth: 32, maxHeadersSize: 256 * 1024 });
  } catch {
    throw malformed("", "This is no mail that can be read.");
  }
}

function reportOf(email: Email, key: string, now: number): NewFeedback {
  const subject = cleanText(email.subject ?? "", TITLE_LIMIT);
  const whole = cleanText(textOfMail(email), BODY_LIMIT);
  const body = cleanText(ownText(whole, subject), BODY_LIMIT);
  const title =
    subject.replace(/^(?:\s*(?:re|aw|sv|antw|fwd?|wg|tr)\s*:)+\s*/i, "") || firstLine(body);
  const messageId = idIn(email.messageId);
  return {
    source: "email",
    external_id: messageId ?? `content:${key}`,
    title: title || "(no subject)",
    body: body || title || "(no text)",
    raw_text: [title, whole].filter(Boolean).join("\n\n") || "(no text)",
    metadata: definedOnly({
      author: cleanText(email.from?.name ?? "", NAME_LIMIT) || undefined,
      message_id: messageId,
      in_reply_to: idIn(email.inReplyTo),
      attachments: attachmentNames(email),
      attachment_count: email.attachments.length || undefined,
    }),
    created_at: momentOf(now, email.date),
  };
}

/** The text as it was written; of a mail in HTML alone its readable text. */
function textOfMail(email: Email): string {
  const text = email.text ?? "";
  return text.trim() ? text : htmlToText((email.html ?? "").slice(0, BODY_LIMIT * 8));
}

function attachmentNames(email: Email): string[] | undefined {
  const names = email.attachments
    .slice(0, NAMES_LIMIT)
    .map((attachment) => cleanText(attachment.filename ?? "", NAME_LIMIT) || attachment.mimeType);
  return names.length > 0 ? names : undefined;
}

/** `<id@host>` without its brackets. */
function idIn(header: string | undefined): string | undefined {
  return cleanText(header?.replace(/[<>\s]/g, "") ?? "", ID_LIMIT) || undefined;
}

/** RFC 3834 §2, and what programs older than it write. */
function isAutomatic(email: Email, returnPath: string): boolean {
  const sender = (email.from?.address ?? "").toLowerCase();
  if (returnPath.replace(/[<>\s]/g, "") === "") return true;
  if (header(email, "return-path").replace(/\s/g, "") === "<>") return true;
  if (/^(?:mailer-daemon|postmaster)@/.test(sender)) return true;
  const submitted = header(email, "auto-submitted");
  if (submitted !== "" && !submitted.startsWith("no")) return true;
  if (/^(?:auto_reply|bulk|junk)$/.test(header(email, "precedence"))) return true;
  if (header(email, "x-autoreply") || header(email, "x-autorespond")) return true;
  return header(email, "content-type").startsWith("multipart/report");
}

/** What Cloudflare's mail server says of the sender (RFC 8601); only its own, topmost, word counts. */
function isForged(email: Email): boolean {
  return /\bdmarc=fail\b/.test(header(email, "authentication-results"));
}

/** The first header of that name, trimmed and in lower case; empty without one. */
function header(email: Email, name: string): string {
  const found = email.headers.find((each) => each.key === name);
  return (found?.value ?? "").trim().toLowerCase();
}
