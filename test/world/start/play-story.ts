import { createHmac, randomUUID } from "node:crypto";
import {
  githubIssues,
  manualReports,
  REDDIT_REPORTS,
  REDDIT_SUBREDDIT,
  sentryDeliveries,
} from "../story";
import type { LocalFile } from "./local-file";
import { SAMPLE_REPO } from "./paths";

/**
 * Plays the story once, each report by its own way in: Sentry's and GitHub's through their signed webhooks (GitHub's by
 * opening issues on the forge, which then sends them), Reddit's by a poll, people's by the API. Everything may be played twice without doubling.
 */
export async function playStory(local: LocalFile, forgeToken: string): Promise<number> {
  const now = Date.now();
  for (const delivery of sentryDeliveries) {
    const body = JSON.stringify(delivery.body(now));
    const signature = createHmac("sha256", local.sources.sentry.secret).update(body).digest("hex");
    await send(local.sources.sentry.url, body, {
      ...(delivery.resource ? { "sentry-hook-resource": delivery.resource } : {}),
      "sentry-hook-timestamp": String(Math.floor(now / 1000)),
      "sentry-hook-signature": signature,
      "request-id": randomUUID(),
    });
  }
  for (const issue of githubIssues) {
    const { title, body } = issue;
    await send(`${local.forge}/repos/${SAMPLE_REPO}/issues`, JSON.stringify({ title, body }), {
      authorization: `Bearer ${forgeToken}`,
    });
  }
  const items = manualReports.map(({ title, body, author, minutesAgo }) => ({
    title,
    body,
    author,
    created_at: new Date(now - minutesAgo * 60_000).toISOString(),
  }));
  await send(`${local.api}/ingest/manual`, JSON.stringify({ items }), {
    authorization: `Bearer ${local.token}`,
  });
  const polled = await pollStory(local);
  return sentryDeliveries.length + githubIssues.length + manualReports.length + polled;
}

const POLL_LIMIT_MS = 20_000;

/** Names the played subreddit, lets cron tick, and waits for what the poll brings. Answers how many reports came. */
async function pollStory(local: LocalFile): Promise<number> {
  const authorization = `Bearer ${local.token}`;
  const subreddits = JSON.stringify({ subreddits: [REDDIT_SUBREDDIT] });
  await send(`${local.api}/config/reddit/subreddits`, subreddits, { authorization });
  await fetch(`${local.api}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent("* * * * *")}`);
  const until = Date.now() + POLL_LIMIT_MS;
  for (;;) {
    const reply = await fetch(`${local.api}/stats`, { headers: { authorization } });
    const stats = (await reply.json()) as { feedback_by_source: { reddit?: number } };
    const come = stats.feedback_by_source.reddit ?? 0;
    if (come >= REDDIT_REPORTS || Date.now() > until) return come;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function send(url: string, body: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
}
