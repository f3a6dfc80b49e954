import { hmacSha256Hex } from "../../worker/kit/signing";
import type { Delivery } from "../../worker/ingest/sources/source";

/** A delivery with these headers; a body that is no text is written as JSON. */
export function delivery(body: unknown, headers: Record<string, string> = {}): Delivery {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { headers: new Headers(headers), body: new TextEncoder().encode(text) };
}

/** A webhook of Sentry's integration platform, unsigned. */
export function sentryHook(resource: string, body: unknown): Delivery {
  return delivery(body, {
    "content-type": "application/json",
    "request-id": "9a1b1a2e-6f0e-4c7e-8b62-3a6a2d5c9d11",
    "sentry-hook-resource": resource,
    "sentry-hook-timestamp": "1767225600",
  });
}

/** A webhook of GitHub, unsigned. */
export function githubHook(event: string, body: unknown): Delivery {
  return delivery(body, {
    "content-type": "application/json",
    "x-github-event": event,
    "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
  });
}

/** The same delivery, signed as the service signs it. */
export async function signedAs(
  service: "sentry" | "github",
  unsigned: Delivery,
  secret: string,
): Promise<Delivery> {
  const signature = await hmacSha256Hex(secret, unsigned.body);
  const headers = new Headers(unsigned.headers);
  if (service === "sentry") headers.set("sentry-hook-signature", signature);
  else headers.set("x-hub-signature-256", `sha256=${signature}`);
  return { headers, body: unsigned.body };
}
