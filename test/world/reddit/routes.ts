import { randomBytes } from "node:crypto";
import { Hono, type Context } from "hono";
import type { StandInEnv } from "../stand-in";
import { isPost, viewOf, type RedditState, type Thing } from "./state";

type World = {
  state: () => RedditState;
  now: () => number;
  clientId: string;
  clientSecret: string;
};

type Handler = (c: Context<StandInEnv>) => Response | Promise<Response>;

const SORTS = ["new", "hot", "top", "rising", "controversial", "comments"];
const WINDOW_SECONDS = 600;

/** Each listing answers twice: at its path for who has a token, and at the path with `.json` for everybody. */
export function redditRoutes(world: World): Hono<StandInEnv> {
  const app = new Hono<StandInEnv>();
  app.post("/api/v1/access_token", (c) => grant(c, world));
  const listings: [string, Handler][] = [
    ...SORTS.map((sort): [string, Handler] => [
      `/r/:subreddit/${sort}`,
      (c) => listSubreddit(c, world, sort),
    ]),
    ["/api/info", (c) => info(c, world)],
  ];
  for (const [path, handler] of listings) {
    app.get(path, (c) => (mayRead(c, world) ? limited(c, world, handler) : unauthorised(c)));
    app.get(`${path}.json`, (c) => limited(c, world, handler));
  }
  app.notFound((c) => c.json({ message: "Not Found", error: 404 }, 404));
  return app;
}

/** Client credentials only. Like Reddit's, a wrong grant type is a 200 with an error in it; wrong credentials are a 401. */
async function grant(c: Context<StandInEnv>, world: World): Promise<Response> {
  const expected = btoa(`${world.clientId}:${world.clientSecret}`);
  if (c.req.header("authorization") !== `Basic ${expected}`) return unauthorised(c);
  const form = new URLSearchParams(await c.req.text());
  if (form.get("grant_type") !== "client_credentials") {
    return c.json({ error: "unsupported_grant_type" });
  }
  const state = world.state();
  const token = `played-${randomBytes(12).toString("hex")}`;
  state.tokens.set(token, world.now() + state.expiresIn * 1000);
  const expires_in = state.expiresIn;
  return c.json({ access_token: token, token_type: "bearer", expires_in, scope: "*" });
}

function mayRead(c: Context<StandInEnv>, world: World): boolean {
  const token = /^bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  return (world.state().tokens.get(token ?? "") ?? 0) > world.now();
}

function unauthorised(c: Context<StandInEnv>): Response {
  return c.json({ message: "Unauthorized", error: 401 }, 401);
}

/** Counts down the share of a window and tells it as Reddit does: `remaining` is a float. Nothing left is a page of HTML. */
async function limited(c: Context<StandInEnv>, world: World, handler: Handler): Promise<Response> {
  if (!c.req.header("user-agent")?.includes("soulcaster"))
    return c.text("whoa there, pardner", 429);
  const state = world.state();
  const spent = state.remaining < 1;
  if (!spent) state.remaining--;
  const response = spent
    ? c.html("<!doctype html><title>Too Many Requests</title>", 429)
    : await handler(c);
  response.headers.set("x-ratelimit-used", String(600 - state.remaining));
  response.headers.set("x-ratelimit-remaining", state.remaining.toFixed(1));
  response.headers.set("x-ratelimit-reset", String(WINDOW_SECONDS));
  return response;
}

function listSubreddit(c: Context<StandInEnv>, world: World, sort: string): Response {
  const subreddit = c.req.param("subreddit")?.toLowerCase() ?? "";
  const all = [...world.state().things.values()].filter(
    (thing) => thing.subreddit.toLowerCase() === subreddit,
  );
  if (all.length === 0 && subreddit.startsWith("private")) {
    return c.json({ reason: "private", message: "Forbidden", error: 403 }, 403);
  }
  if (all.length === 0 && subreddit.startsWith("nowhere")) {
    return c.redirect(`/subreddits/search?q=${subreddit}`, 302);
  }
  const kind = all.filter((thing) => isPost(thing) === (sort !== "comments"));
  const things = kind.filter((thing) => thing.fate !== "gone").toSorted(orderOf(sort));
  const limit = Math.min(100, Number(c.req.query("limit") ?? 25));
  const from = things.findIndex((thing) => thing.name === c.req.query("after")) + 1;
  const page = things.slice(from, from + limit);
  const after = from + limit < things.length ? page.at(-1)!.name : null;
  return c.json(listing(c, page, after));
}

function orderOf(sort: string): (one: Thing, other: Thing) => number {
  const newest = (one: Thing, other: Thing) =>
    other.created - one.created || (one.name < other.name ? 1 : -1);
  if (sort === "new" || sort === "comments") return newest;
  return (one, other) => other.score - one.score || newest(one, other);
}

/** Things by their fullnames; what does not exist is left out. */
function info(c: Context<StandInEnv>, world: World): Response {
  const names = (c.req.query("id") ?? "").split(",").slice(0, 100);
  const things = names.flatMap((name) => world.state().things.get(name) ?? []);
  return c.json(
    listing(
      c,
      things.filter((thing) => thing.fate !== "gone"),
      null,
    ),
  );
}

function listing(c: Context<StandInEnv>, things: Thing[], after: string | null) {
  const raw = c.req.query("raw_json") === "1";
  const children = things.map((thing) => ({
    kind: isPost(thing) ? "t3" : "t1",
    data: viewOf(thing, raw),
  }));
  return { kind: "Listing", data: { after, before: null, dist: children.length, children } };
}
