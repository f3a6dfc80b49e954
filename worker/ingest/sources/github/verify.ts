import { verifyHmacSha256 } from "../../../kit/signing";
import type { Delivery } from "../source";

/** Whether GitHub signed the delivery: `X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the raw body>`. */
export async function verifyGithub(delivery: Delivery, secrets: string[]): Promise<boolean> {
  const header = delivery.headers.get("x-hub-signature-256");
  if (!header?.startsWith("sha256=")) return false;
  const signature = header.slice("sha256=".length);
  return verifyHmacSha256({ secrets, body: delivery.body, signature });
}
