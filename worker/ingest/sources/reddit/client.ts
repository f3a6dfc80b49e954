import { z } from "zod";
import { ForeignError } from "../../../kit/foreign-error";
import { fetchForeign, secondsToWait, type ForeignReply } from "../../../kit/foreign-fetch";

export type RedditListing = { things: unknown[]; after: string | null };

/** Where a listing is, without host and ending: `/r/shopapp/new`. */
export type RedditQuery = { path: string; query?: Record<string, string> };

export type RedditClient = {
  /** Throws `ForeignError`. While a limit lasts that Reddit told, it throws `rate_limited` and asks nothing. */
  list(query: RedditQuery): Promise<RedditListing>;
  /** What keeps us from using the API as it is set up, in words; null when nothing does. */
  trouble(): string | null;
};

export type RedditSettings = {
  /** `https://oauth.reddit.com`: listings with a token. */
  apiUrl: string;
  /** `https://www.reddit.com`: grants of tokens, and the public listings. */
  webUrl: string;
  clientId: string | undefined;
  clientSecret: string | undefined;
  userAgent: string;
  clock: () => number;
};

const Listing = z.object({
  kind: z.literal("Listing"),
  data: z.object({ children: z.array(z.unknown()).max(1_000), after: z.string().nullish() }),
});
const Token = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** A refused grant is tried again after this long; a limit without a time lasts this long. In milliseconds. */
const REFUSED_MS = 5 * 60_000;
const UNTOLD_LIMIT_MS = 60_000;
/** A token is not used in its last minute. */
const TOKEN_MARGIN_MS = 60_000;

/**
 * Reddit's listings, always with `raw_json=1`: by OAuth with client credentials, and by the public pages where there are no
 * credentials or Reddit refuses them (github.com/reddit-archive/reddit/wiki/OAuth2). Keep one per isolate: it holds the
 * token, and the limits that Reddit told, which are per client and not per project.
 */
export function createRedditClient(settings: RedditSettings): RedditClient {
  const { clock } = settings;
  const hasCredentials = Boolean(settings.clientId && settings.clientSecret);
  let token: { value: string; until: number } | null = null;
  let granting: Promise<string | null> | null = null;
  let refusedUntil = 0;
  let limitedUntil = 0;

  async function list(query: RedditQuery): Promise<RedditListing> {
    if (clock() < limitedUntil) {
      throw new ForeignError("rate_limited", "Reddit's limit still lasts", {
        retryAfterSeconds: Math.ceil((limitedUntil - clock()) / 1000),
      });
    }
    const reply = await heedLimits(() => askAnyWay(query));
    const parsed = Listing.safeParse(reply.json);
    if (!parsed.success) throw new ForeignError("invalid_reply", "Reddit sent no listing");
    return { things: parsed.data.data.children, after: parsed.data.data.after ?? null };
  }

  async function askAnyWay(query: RedditQuery): Promise<ForeignReply> {
    const held = await heldToken();
    if (held === null) return ask(settings.webUrl, query, null);
    try {
      return await ask(settings.apiUrl, query, held);
    } catch (error) {
      if (!isStatus(error, 401)) throw error;
    }
    token = null;
    const renewed = await heldToken();
    if (renewed === null) return ask(settings.webUrl, query, null);
    try {
      return await ask(settings.apiUrl, query, renewed);
    } catch (error) {
      if (!isStatus(error, 401)) throw error;
      token = null;
      refusedUntil = clock() + REFUSED_MS;
      return ask(settings.webUrl, query, null);
    }
  }

  /** A `remaining` of nothing on a good answer, and a 429, both end our questions until the time that Reddit tells. */
  async function heedLimits(work: () => Promise<ForeignReply>): Promise<ForeignReply> {
    try {
      const reply = await work();
      const remaining = reply.headers.get("x-ratelimit-remaining");
      if (remaining !== null && Number.parseFloat(remaining) < 1) {
        limitedUntil = clock() + (secondsToWait(reply.headers) ?? 60) * 1000;
      }
      return reply;
    } catch (error) {
      if (!(error instanceof ForeignError) || error.kind !== "rate_limited") throw error;
      const told = error.retryAfterSeconds;
      const waitMs = told === undefined ? UNTOLD_LIMIT_MS : told * 1000;
      limitedUntil = clock() + waitMs;
      throw error;
    }
  }

  function ask(base: string, { path, query = {} }: RedditQuery, bearer: string | null) {
    const url = new URL(`${base}${path}${bearer === null ? ".json" : ""}`);
    for (const [name, value] of Object.entries({ ...query, raw_json: "1" })) {
      url.searchParams.set(name, value);
    }
    return fetchForeign({
      service: "Reddit",
      url: url.href,
      headers: {
        accept: "application/json",
        "user-agent": settings.userAgent,
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
    });
  }

  /** A token that is good, or null where the public pages are the way. Parallel questions share one grant. */
  async function heldToken(): Promise<string | null> {
    if (!hasCredentials || clock() < refusedUntil) return null;
    if (token && clock() < token.until) return token.value;
    granting ??= grant().finally(() => {
      granting = null;
    });
    return granting;
  }

  /** Null when Reddit refuses the credentials or its grants are down: then the public pages still answer. */
  async function grant(): Promise<string | null> {
    try {
      const { json } = await fetchForeign({
        service: "Reddit's grant",
        url: `${settings.webUrl}/api/v1/access_token`,
        method: "POST",
        headers: {
          authorization: `Basic ${btoa(`${settings.clientId}:${settings.clientSecret}`)}`,
          "content-type": "application/x-www-form-urlencoded",
          "user-agent": settings.userAgent,
        },
        body: "grant_type=client_credentials",
      });
      // A refused grant is a 200 with `{"error": "invalid_grant"}`.
      const parsed = Token.safeParse(json);
      if (!parsed.success) throw new ForeignError("unauthorized", "Reddit granted no token");
      const { access_token: value, expires_in: seconds } = parsed.data;
      const until = clock() + Math.max(seconds * 1000 - TOKEN_MARGIN_MS, TOKEN_MARGIN_MS);
      token = { value, until };
      return value;
    } catch (error) {
      if (!(error instanceof ForeignError)) throw error;
      if (error.kind === "rate_limited") throw error;
      if (error.kind === "unauthorized") refusedUntil = clock() + REFUSED_MS;
      return null;
    }
  }

  function trouble(): string | null {
    if (clock() >= refusedUntil) return null;
    return "Reddit refuses REDDIT_CLIENT_ID and REDDIT_CLIENT_SECRET; its public pages are polled meanwhile.";
  }

  return { list, trouble };
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof ForeignError && error.status === status;
}
