/** `On Mon, 2 Mar 2026 at 10:00, Ann <ann@example.com> wrote:`, in the languages that mail programs write it most. */
const ATTRIBUTION =
  /^(?:on|am|le|el|il|op|den|em|dne) .{4,300}(?:wrote|writes|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napsal(?:\(a\))?) ?:$/i;
const ORIGINAL =
  /^-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale) ?-{2,}$/i;
/** The head of a quoted mail as Outlook writes it: `From:`, and `Sent:` or `Date:` within the next lines. */
const HEAD_FROM = /^\*?(?:from|von|de|da|van)\s?:\*? /i;
const HEAD_DATE =
  /^\*?(?:sent|date|gesendet|datum|envoyé|date d'envoi|enviado|inviato|verzonden)\s?:\*? /i;
const FORWARD_MARK =
  /^(?:-{2,} ?forwarded message ?-{2,}|begin forwarded message:|-{2,} ?weitergeleitete nachricht ?-{2,})$/i;
const FORWARD_SUBJECT = /^\s*(?:fwd?|wg|tr|rv)\s*:/i;

/** Lines that an attribution may be wrapped over. */
const WRAPPED = 3;
const LONGEST_LINE = 400;

/**
 * What the writer of a mail wrote: without the quoted mails below it and without the signature (`-- `). Quotes between the
 * writer's own lines stay, for the lines answer them. A forwarded mail stays whole, for it is the report. When nothing
 * would be left, nothing is cut.
 */
export function ownText(text: string, subject: string): string {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  if (FORWARD_SUBJECT.test(subject) || lines.some((line) => FORWARD_MARK.test(line.trim()))) {
    return text.trim();
  }
  const end = signatureAt(lines.slice(0, historyAt(lines)));
  return lines.slice(0, end).join("\n").trim() || text.trim();
}

/** Where the quoted history begins that reaches to the end, or the number of lines. */
function historyAt(lines: string[]): number {
  const quotedFrom = trailingQuoteAt(lines);
  for (let i = 0; i < lines.length; i++) {
    if (beginsHead(lines, i)) return i;
    const length = attributionLength(lines, i);
    if (length > 0 && reachesEnd(lines, i + length, quotedFrom)) return i;
  }
  return quotedFrom;
}

/** The lines of an attribution that begins at `i`; 0 when there is none. */
function attributionLength(lines: string[], i: number): number {
  let joined = "";
  for (let length = 1; length <= WRAPPED && i + length <= lines.length; length++) {
    const line = lines[i + length - 1]!.trim();
    if (line === "" || line.startsWith(">")) return 0;
    joined = joined ? `${joined} ${line}` : line;
    if (joined.length > LONGEST_LINE) return 0;
    if (ATTRIBUTION.test(joined)) return length;
  }
  return 0;
}

/** After an attribution: nothing but quotes to the end, or a history that was not marked as quoted at all. */
function reachesEnd(lines: string[], from: number, quotedFrom: number): boolean {
  const next = lines.findIndex((line, i) => i >= from && line.trim() !== "");
  if (next < 0 || next >= quotedFrom) return true;
  return !lines[next]!.trimStart().startsWith(">");
}

function beginsHead(lines: string[], i: number): boolean {
  const line = lines[i]!.trim().slice(0, LONGEST_LINE);
  if (ORIGINAL.test(line)) return true;
  if (!HEAD_FROM.test(line)) return false;
  return lines
    .slice(i + 1, i + 4)
    .some((next) => HEAD_DATE.test(next.trim().slice(0, LONGEST_LINE)));
}

/** The first line of the quotes at the very end. */
function trailingQuoteAt(lines: string[]): number {
  let at = lines.length;
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i]!.trimStart();
    if (line.startsWith(">")) at = i;
    else if (line !== "") break;
  }
  return at;
}

/** RFC 3676 §4.3: two dashes and a space. Some programs lose the space. */
function signatureAt(lines: string[]): number {
  const at = lines.findLastIndex((line) => line === "-- " || line === "--");
  return at < 0 ? lines.length : at;
}
