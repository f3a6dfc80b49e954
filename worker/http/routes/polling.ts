import { Hono, type Context } from "hono";
import { AddRedditInput, addReddit } from "../../ingest/add-reddit";
import { BatchReply } from "../../ingest/batch-reply";
import { requestSync, SyncQuery, SyncReply } from "../../ingest/request-sync";
import {
  readRedditConfig,
  RedditConfigInput,
  RedditConfigView,
  writeRedditConfig,
} from "../../projects/reddit-config";
import type { AppEnv } from "../app-env";
import { route } from "../route";

const BATCH_LIMIT_BYTES = 16 * 1024 * 1024;

const writeConfig = (summary: string) =>
  route({
    summary,
    access: "project:admin",
    body: RedditConfigInput,
    replies: { 200: RedditConfigView },
  });

const sync = (summary: string) =>
  route({ summary, access: "feedback:write", query: SyncQuery, replies: { 202: SyncReply } });

/** Sources that are asked: Reddit's settings and items, and syncs of GitHub's issues. */
export const pollingRoutes = new Hono<AppEnv>()
  .get(
    "/projects/:projectId/config/reddit/subreddits",
    route({
      summary: "What is polled on Reddit, and how often",
      access: "source:read",
      replies: { 200: RedditConfigView },
    }),
    async (c) => c.json(await readRedditConfig(c.var.deps, c.var.who), 200),
  )
  .put(
    "/projects/:projectId/config/reddit/subreddits",
    writeConfig("Set subreddits, keywords, interval or sorts; what is left out stays"),
    async (c) => c.json(await writeRedditConfig(c.var.deps, c.var.who, c.req.valid("json")), 200),
  )
  .post(
    "/projects/:projectId/config/reddit/subreddits",
    writeConfig("The same as PUT, for earlier clients"),
    async (c) => c.json(await writeRedditConfig(c.var.deps, c.var.who, c.req.valid("json")), 200),
  )
  .post(
    "/projects/:projectId/ingest/reddit",
    route({
      summary: "Add one post or comment of Reddit, or up to 1,000; each gets its own result",
      access: "feedback:write",
      body: AddRedditInput,
      bodyLimit: BATCH_LIMIT_BYTES,
      replies: { 202: BatchReply },
    }),
    async (c) => c.json(await addReddit(c.var.deps, c.var.who, c.req.valid("json")), 202),
  )
  .post(
    "/projects/:projectId/ingest/github/sync",
    sync("Sync the issues of the project's repository"),
    (c) => startSync(c, null),
  )
  .post(
    "/projects/:projectId/ingest/github/sync/:name",
    sync("Sync the issues of a repository: its name, or owner%2Fname"),
    (c) => startSync(c, c.req.param("name")),
  )
  .post(
    "/projects/:projectId/ingest/github/sync/:owner/:name",
    sync("Sync the issues of a repository"),
    (c) => startSync(c, `${c.req.param("owner")}/${c.req.param("name")}`),
  );

async function startSync(
  c: Context<AppEnv, string, { out: { query: { full: boolean } } }>,
  name: string | null,
) {
  const { full } = c.req.valid("query");
  return c.json(await requestSync(c.var.deps, c.var.who, name, full), 202);
}
