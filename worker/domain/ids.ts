import { uuidv7 } from "uuidv7";

/** A new UUIDv7 (RFC 9562): sorts by time of creation. */
export function newId(): string {
  return uuidv7();
}

/**
 * A stable UUID-shaped id derived from text, so that a replayed step writes the same row. SHA-256, marked as version 8
 * (RFC 9562 §5.8, custom).
 */
export async function derivedId(...parts: string[]): Promise<string> {
  const bytes = new TextEncoder().encode(parts.join("\u0000"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 16);
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
