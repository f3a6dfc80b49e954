import type { MiddlewareHandler } from "hono";
import { ForgeError } from "./errors";
import type { Forge, Json } from "./forge";
import type { ForgeEnv } from "./http";

const HOUR_MS = 3_600_000;

export type RateLimits = {
  /** Counts each request of a caller and sets `x-ratelimit-*`, also on errors. Stands before who finds the caller. */
  count: MiddlewareHandler<ForgeEnv>;
  /** Answers 403 when the hour's share is used up. Stands after who finds the caller. */
  guard: MiddlewareHandler<ForgeEnv>;
  /** What `GET /rate_limit` answers; asking does not count. */
  view(login: string): Json;
  reset(): void;
};

/** A fixed window of an hour per login, from its first request on; answers 304 cost nothing. */
export function createRateLimits(forge: Forge): RateLimits {
  const windows = new Map<string, { used: number; resetAt: number }>();

  function windowOf(login: string): { used: number; resetAt: number } {
    const known = windows.get(login);
    if (known && known.resetAt > forge.now()) return known;
    const fresh = { used: 0, resetAt: forge.now() + HOUR_MS };
    windows.set(login, fresh);
    return fresh;
  }

  function numbers(login: string): {
    limit: number;
    remaining: number;
    reset: number;
    used: number;
  } {
    const { used, resetAt } = windowOf(login);
    const limit = forge.settings.rateLimit;
    return { limit, remaining: Math.max(0, limit - used), reset: Math.ceil(resetAt / 1000), used };
  }

  function headers(login: string): [string, string][] {
    return Object.entries({ ...numbers(login), resource: "core" }).map(([key, value]) => [
      `x-ratelimit-${key}`,
      String(value),
    ]);
  }

  return {
    count: async function countRequest(c, next) {
      await next();
      const login = c.get("login")?.login ?? "";
      const free = c.req.path === "/rate_limit" || c.res.status === 304;
      if (!free && numbers(login).remaining > 0) windowOf(login).used += 1;
      for (const [name, value] of headers(login)) c.res.headers.set(name, value);
    },
    guard: async function refuseBeyondLimit(c, next) {
      const login = c.get("login")?.login ?? "";
      if (c.req.path !== "/rate_limit" && numbers(login).remaining === 0) {
        throw new ForgeError(403, `API rate limit exceeded for ${login || "127.0.0.1"}.`);
      }
      await next();
    },
    view: (login) => ({ resources: { core: numbers(login) }, rate: numbers(login) }),
    reset: () => windows.clear(),
  };
}
