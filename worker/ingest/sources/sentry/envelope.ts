import { malformed, parseJsonText } from "../json";
import { isRecord, textOf, type Loose } from "../loose";

/** One item of an envelope: its header, and its payload as bytes. */
export type EnvelopeItem = { type: string; headers: Loose; payload: Uint8Array };

/** What a Sentry SDK posts (https://develop.sentry.dev/sdk/data-model/envelopes/). */
export type Envelope = { headers: Loose; items: EnvelopeItem[] };

const NEWLINE = 0x0a;
const HEADER_LIMIT_BYTES = 64 * 1024;
const ITEMS_LIMIT = 1_000;

/**
 * Takes an envelope apart: a line of JSON, then for each item a line of JSON and its payload, which is `length` bytes, or
 * without `length` all up to the next newline. Lines end in LF; the last one, and empty lines between items, may be left
 * out. Throws `malformed_body` with the path of the fault: `header`, `items.{n}` or `items`.
 */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  const first = readLine(bytes, 0, "header");
  const headers = readHeader(first.line, "header");
  const items: EnvelopeItem[] = [];
  let offset = first.next;
  while (offset < bytes.length) {
    if (isBlank(bytes[offset]!)) {
      offset += 1;
      continue;
    }
    const path = `items.${items.length}`;
    if (items.length >= ITEMS_LIMIT) {
      throw malformed("items", `An envelope may have ${ITEMS_LIMIT} items at most.`);
    }
    const { line, next } = readLine(bytes, offset, path);
    const itemHeaders = readHeader(line, path);
    const type = textOf(itemHeaders.type);
    if (!type) throw malformed(`${path}.type`, "An item's type is missing.");
    const end = payloadEnd(bytes, next, itemHeaders.length, path);
    items.push({ type, headers: itemHeaders, payload: bytes.subarray(next, end) });
    offset = end + 1;
  }
  return { headers, items };
}

/** The public key and the project's number of a DSN, or null. */
export function readDsn(dsn: unknown): { key: string; projectNumber: number } | null {
  const text = textOf(dsn);
  if (!text || !URL.canParse(text)) return null;
  const url = new URL(text);
  const number = /\/(\d{1,15})\/?$/.exec(url.pathname)?.[1];
  return url.username && number ? { key: url.username, projectNumber: Number(number) } : null;
}

function payloadEnd(bytes: Uint8Array, start: number, length: unknown, path: string): number {
  if (length === undefined || length === null) {
    const newline = bytes.indexOf(NEWLINE, start);
    return newline < 0 ? bytes.length : newline;
  }
  if (typeof length !== "number" || !Number.isSafeInteger(length) || length < 0) {
    throw malformed(`${path}.length`, "A whole number of bytes is expected.");
  }
  const end = start + length;
  if (end > bytes.length) throw malformed(path, "The payload is shorter than its length.");
  if (end < bytes.length && bytes[end] !== NEWLINE && bytes[end] !== 0x0d) {
    throw malformed(path, "The payload is longer than its length.");
  }
  return end;
}

function readLine(
  bytes: Uint8Array,
  start: number,
  path: string,
): { line: Uint8Array; next: number } {
  const newline = bytes.indexOf(NEWLINE, start);
  const end = newline < 0 ? bytes.length : newline;
  if (end - start > HEADER_LIMIT_BYTES) throw malformed(path, "The header is too long.");
  return { line: bytes.subarray(start, end), next: Math.min(end + 1, bytes.length) };
}

function readHeader(line: Uint8Array, path: string): Loose {
  let header: unknown;
  try {
    header = parseJsonText(new TextDecoder().decode(line));
  } catch {
    throw malformed(path, "A line of JSON is expected.");
  }
  if (!isRecord(header)) throw malformed(path, "An object is expected.");
  return header;
}

function isBlank(byte: number): boolean {
  return byte === NEWLINE || byte === 0x0d || byte === 0x20;
}
