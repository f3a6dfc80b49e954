import { equalSecrets } from "../../../kit/secrets";
import { verifyHmacSha256 } from "../../../kit/signing";
import type { Delivery } from "../source";

/** Webhooks, calls of UI components, and service hooks: the same scheme under three names. */
const SIGNATURE_HEADERS = [
  "sentry-hook-signature",
  "sentry-app-signature",
  "x-servicehook-signature",
];

/**
 * Whether the delivery is Sentry's. Signed: hexadecimal HMAC-SHA256 of the raw body with the integration's client
 * secret. `Sentry-Hook-Timestamp` is not part of the signature, so age proves nothing; replays are harmless by id.
 */
export async function verifySentry(delivery: Delivery, secrets: string[]): Promise<boolean> {
  for (const name of SIGNATURE_HEADERS) {
    const signature = delivery.headers.get(name);
    if (signature) return verifyHmacSha256({ secrets, body: delivery.body, signature });
  }
  return carriesSecret(delivery.query?.get("token"), secrets);
}

/** The older webhook plugin signs nothing: its address carries the source's secret as `?token=`. */
async function carriesSecret(
  token: string | null | undefined,
  secrets: string[],
): Promise<boolean> {
  let valid = false;
  for (const secret of token ? secrets : []) {
    if (secret && (await equalSecrets(token!, secret))) valid = true;
  }
  return valid;
}
