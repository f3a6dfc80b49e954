import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { DomainError } from "../../domain/errors";
import { actorOfSession, actorOfToken } from "../../projects/authenticate";
import type { AppEnv } from "../app-env";

/** The session cookie on the dashboard's origin: `__Host-` on https, plain on loopback (DESIGN §7). */
export const SESSION_COOKIES = ["__Host-soulcaster", "soulcaster"] as const;

/** The token of an `Authorization: Bearer` header, or of `x-goog-api-key`, where Gemini's clients put it; if any. */
export function bearerOf(c: Context<AppEnv>): string | null {
  const given = c.req.header("authorization") ?? `Bearer ${c.req.header("x-goog-api-key") ?? ""}`;
  return /^Bearer ([\x21-\x7e]{1,512})$/.exec(given)?.[1] ?? null;
}

/** Finds out who is calling. A wrong credential is nobody; what nobody may do is the route's decision. */
export function authenticate(): MiddlewareHandler<AppEnv> {
  return async function authenticateMiddleware(c, next) {
    const bearer = bearerOf(c);
    const session = bearer
      ? undefined
      : SESSION_COOKIES.map((name) => getCookie(c, name)).find(Boolean);
    if (bearer) c.set("actor", await actorOfToken(c.var.deps, bearer));
    else if (session) c.set("actor", await actorOfCookie(c, session));
    else c.set("actor", null);
    await next();
  };
}

/** A cookie travels without its owner's will: writes and socket upgrades must come from the dashboard's own pages. */
async function actorOfCookie(c: Context<AppEnv>, session: string) {
  const reading = c.req.method === "GET" || c.req.method === "HEAD";
  const upgrade = c.req.header("upgrade") !== undefined;
  const origin = c.req.header("origin");
  if ((!reading || upgrade) && origin !== c.var.deps.settings.PUBLIC_DASHBOARD_URL) {
    throw new DomainError("bad_origin", "Requests with a cookie must come from the dashboard.");
  }
  return actorOfSession(c.var.deps, session);
}
