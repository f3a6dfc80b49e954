/** The session cookie's name on https. The prefix makes browsers refuse it without Secure, or with a Domain. */
const SECURE_NAME = "__Host-soulcaster";
/** On http, which is for loopback only, where browsers refuse `__Host-`. */
const LOOPBACK_NAME = "soulcaster";
const RETURN_NAME = "soulcaster_return";
const RETURN_LIFE_SECONDS = 10 * 60;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether this address may carry a session: https, or http on this very machine. */
export function mayHoldSession(url: URL): boolean {
  return url.protocol === "https:" || LOOPBACK.test(url.hostname);
}

/** The session of a request, or null. */
export function sessionOf(request: Request): string | null {
  return cookieOf(request, sessionName(new URL(request.url)));
}

/** The `Cookie` header for the API: the session alone, nothing else that a browser may have sent along. */
export function sessionCookieOf(request: Request): string | null {
  const session = sessionOf(request);
  return session === null ? null : `${sessionName(new URL(request.url))}=${session}`;
}

/** `Set-Cookie` that begins a session, until `expiresAt` (ISO 8601). */
export function beginSession(url: URL, session: string, expiresAt: string): string {
  const expires = new Date(expiresAt).toUTCString();
  return `${sessionName(url)}=${session}; ${attributes(url)}; Expires=${expires}`;
}

/** `Set-Cookie` that ends the session in this browser. */
export function endSession(url: URL): string {
  return `${sessionName(url)}=; ${attributes(url)}; Max-Age=0`;
}

/** `Set-Cookie` that remembers, for ten minutes, where a person wanted to go before signing in. */
export function rememberReturn(url: URL): string {
  const path = encodeURIComponent(url.pathname + url.search);
  return `${RETURN_NAME}=${path}; ${attributes(url)}; Max-Age=${RETURN_LIFE_SECONDS}`;
}

export function forgetReturn(url: URL): string {
  return `${RETURN_NAME}=; ${attributes(url)}; Max-Age=0`;
}

/** Where to go after signing in: the remembered page, or `/`. */
export function returnPathOf(request: Request): string {
  const remembered = cookieOf(request, RETURN_NAME);
  if (remembered === null) return "/";
  try {
    return samePlace(decodeURIComponent(remembered), new URL(request.url));
  } catch {
    return "/";
  }
}

/** The path, if it stays on this origin; else `/`. Only what a URL parser made of it is ever used. */
export function samePlace(path: string, base: URL): string {
  if (!path.startsWith("/") || !URL.canParse(path, base.origin)) return "/";
  const target = new URL(path, base.origin);
  return target.origin === base.origin ? target.pathname + target.search : "/";
}

/** The value of a cookie, or null. */
export function cookieOf(request: Request, name: string): string | null {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const split = pair.indexOf("=");
    if (split < 0 || pair.slice(0, split).trim() !== name) continue;
    const value = pair.slice(split + 1).trim();
    return value === "" ? null : value;
  }
  return null;
}

function sessionName(url: URL): string {
  return url.protocol === "https:" ? SECURE_NAME : LOOPBACK_NAME;
}

function attributes(url: URL): string {
  return `Path=/; HttpOnly; SameSite=Lax${url.protocol === "https:" ? "; Secure" : ""}`;
}
