/**
 * The policy of a page: only our own files, and inline scripts that carry this reply's nonce. Sockets are named beside
 * 'self' because older Safari does not count them in.
 */
export function contentSecurityPolicy(nonce: string, url: URL): string {
  const sockets = `${url.protocol === "https:" ? "wss:" : "ws:"}//${url.host}`;
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    `connect-src 'self' ${sockets}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * The reply with the headers that everything dynamic carries. The referrer policy is `same-origin` and not `no-referrer`:
 * under the latter, browsers send `Origin: null` with forms, and the API would refuse them.
 */
export function hardened(reply: Response, url: URL): Response {
  const headers = new Headers(reply.headers);
  headers.set("x-content-type-options", "nosniff");
  headers.set("x-frame-options", "DENY");
  headers.set("referrer-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  if (url.protocol === "https:") headers.set("strict-transport-security", "max-age=31536000");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (!headers.has("content-security-policy")) {
    headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  }
  return new Response(reply.body, { status: reply.status, statusText: reply.statusText, headers });
}
