import { verifyHmacSha256 } from "../../../kit/signing";
import type { Delivery } from "../source";

/** Webhooks, calls of UI components, and service hooks: the same scheme under three names. */
const SIGNATURE_HEADERS = [
  "sentry-hook-signature",
  "sentry-app-signature",
  "x-servicehook-signature",
];

/**
 * Whether the delivery is signed by Sentry: hexadecimal HMAC-SHA256 of the raw body with the integration's client
 * secret. `Sentry-Hook-Timestamp` is not part of the signature, so age proves nothing; replays are harmless by id.
 */
export async function verifySentry(delivery: Delivery, secrets: string[]): Promise<boolean> {
  for (const name of SIGNATURE_HEADERS) {
    const signature = delivery.headers.get(name);
    if (signature) return verifyHmacSha256({ secrets, body: delivery.body, signature });
  }
  return false;
}
