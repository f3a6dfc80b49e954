import { createHmac, randomUUID } from "node:crypto";
import { githubIssues, manualReports, sentryDeliveries } from "../story";
import type { LocalFile } from "./local-file";
import { SAMPLE_REPO } from "./paths";

/**
 * Plays the story once, each report by its own way in: Sentry's and GitHub's through their signed webhooks (GitHub's by
 * opening issues on the forge, which then sends them), people's by the API. Everything may be played twice without doubling.
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
  return sentryDeliveries.length + githubIssues.length + manualReports.length;
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
