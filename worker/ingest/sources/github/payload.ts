import { parseJsonBody, parseJsonText } from "../json";
import type { Delivery } from "../source";

/**
 * The parsed body of a delivery: JSON, or, where the webhook is set up to send a form, the JSON in its field `payload`.
 * Throws `malformed_body`.
 */
export function parsePayload(delivery: Delivery): unknown {
  const type = delivery.headers.get("content-type") ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) return parseJsonBody(delivery.body);
  const form = new URLSearchParams(new TextDecoder().decode(delivery.body));
  return parseJsonText(form.get("payload") ?? "");
}
