/*
 * Envelopes as Sentry's SDKs write them: a line of JSON, then for each item a line of JSON and its payload.
 */
type Json = Record<string, unknown>;

export type Item = { headers: Json; payload: string | Uint8Array };

const encoder = new TextEncoder();

/** An item with its `length`, as most SDKs send it. */
export function item(type: string, payload: unknown, headers: Json = {}): Item {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return { headers: { type, length: encoder.encode(text).length, ...headers }, payload: text };
}

/** An item without `length`: its payload ends at the newline, as the JavaScript SDKs send events. */
export function bareItem(type: string, payload: unknown): Item {
  return { headers: { type }, payload: JSON.stringify(payload) };
}

export function envelope(headers: Json, ...items: Item[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [encoder.encode(JSON.stringify(headers))];
  for (const { headers: own, payload } of items) {
    parts.push(encoder.encode(`\n${JSON.stringify(own)}\n`));
    parts.push(typeof payload === "string" ? encoder.encode(payload) : payload);
  }
  return concat(parts);
}

function concat(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
