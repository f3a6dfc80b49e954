import { createStandIn, listen } from "../stand-in";
import type { RunningStandIn, StandIn } from "../stand-in";
import { redditRoutes } from "./routes";
import { emptyReddit, SeedThings, type RedditState } from "./state";

export type { SeedThing } from "./state";

export type RedditOptions = {
  port?: number;
  clientId: string;
  clientSecret: string;
  /** What is there from the beginning, and after each reset. */
  seed?: unknown;
  /** Epoch milliseconds; the machine's clock by default. */
  now?: () => number;
};

/**
 * Plays Reddit on one address: grants of tokens (`/api/v1/access_token`), listings with a token, and the public listings
 * (the same paths with `.json`). Its own routes beside those of every stand-in:
 *
 * - `POST /__world/reddit` with `{ things?, remaining?, expiresIn?, endTokens? }` → adds things, or replaces those of the same
 *   name; `remaining` is the share of the window that is left; `expiresIn` the life of tokens in seconds; `endTokens` ends all
 */
export async function startReddit(
  options: RedditOptions,
): Promise<RunningStandIn & { standIn: StandIn }> {
  let state: RedditState = emptyReddit();
  const now = options.now ?? Date.now;
  const refresh = () => {
    state = emptyReddit();
    add(options.seed ?? []);
  };
  function add(things: unknown): void {
    for (const thing of SeedThings.parse(things)) {
      const at = Math.floor(now() / 1000) - 60 * (thing.minutesAgo ?? 0);
      state.things.set(thing.name, { ...thing, created: thing.created_utc ?? at });
    }
  }
  refresh();
  const standIn = createStandIn(refresh);
  standIn.app.post("/__world/reddit", async (c) => {
    const given = (await c.req.json()) as Record<string, unknown>;
    add(given["things"] ?? []);
    if (typeof given["remaining"] === "number") state.remaining = given["remaining"];
    if (typeof given["expiresIn"] === "number") state.expiresIn = given["expiresIn"];
    if (given["endTokens"] === true) state.tokens.clear();
    return c.body(null, 204);
  });
  standIn.app.route("/", redditRoutes({ state: () => state, now, ...options }));
  return { ...(await listen(standIn.app, options.port)), standIn };
}
