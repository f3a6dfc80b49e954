/*
 * Mails as they come through the wire (RFC 5322), written for an imaginary shop.
 */
export type MailParts = {
  from?: string;
  subject?: string;
  id?: string | null;
  headers?: Record<string, string>;
  text?: string;
  html?: string;
  attachments?: { name: string; type: string; base64: string }[];
};

/** A mail's bytes: plain text, HTML, or both with attachments, in the nesting that mail programs use. */
export function mail(parts: MailParts = {}): Uint8Array<ArrayBuffer> {
  const { from = "Ann Lee <ann@customer.example>", subject = "Checkout is broken" } = parts;
  const id = parts.id === undefined ? "<abc-1@customer.example>" : parts.id;
  const head = [
    `From: ${from}`,
    "To: p-0123@in.example.com",
    `Subject: ${subject}`,
    "Date: Sun, 01 Mar 2026 10:00:00 +0000",
    ...(id === null ? [] : [`Message-ID: ${id}`]),
    "MIME-Version: 1.0",
    ...Object.entries(parts.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ];
  return new TextEncoder().encode([...head, ...bodyOf(parts)].join("\r\n"));
}

function bodyOf(parts: MailParts): string[] {
  const { text, html, attachments = [] } = parts;
  if (attachments.length === 0)
    return text !== undefined && html === undefined ? plain(text) : both(parts);
  return [
    'Content-Type: multipart/mixed; boundary="mix"',
    "",
    "--mix",
    ...(html === undefined ? plain(text ?? "") : both(parts)),
    ...attachments.flatMap(({ name, type, base64 }) => [
      "--mix",
      `Content-Type: ${type}; name="${name}"`,
      `Content-Disposition: attachment; filename="${name}"`,
      "Content-Transfer-Encoding: base64",
      "",
      base64,
    ]),
    "--mix--",
  ];
}

function plain(text: string): string[] {
  return ["Content-Type: text/plain; charset=utf-8", "", ...text.split("\n")];
}

function both({ text, html = "" }: MailParts): string[] {
  const page = ["Content-Type: text/html; charset=utf-8", "", ...html.split("\n")];
  if (text === undefined) return page;
  return [
    'Content-Type: multipart/alternative; boundary="alt"',
    "",
    "--alt",
    ...plain(text),
    "--alt",
    ...page,
    "--alt--",
  ];
}
