import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { hmacSha256Hex } from "../kit/signing";
import { findSource, type SourceRow } from "../store/sources";
import type { IngestDeps } from "./deps";

/** Where a test event is sent, and what a source's service would send. */
type TestRequest = { body: string; headers: Record<string, string> };

/**
 * Signs an event as the source's own service would and delivers it to the source's address: the same way in, from the
 * signature to the database. Returns the item that it became.
 */
export async function sendTestEvent(
  deps: IngestDeps & { settings: { PUBLIC_API_URL: string } },
  who: ProjectActor,
  sourceId: string,
): Promise<{ feedback_id: string }> {
  const source = await findSource(deps.db, who.projectId, sourceId);
  if (!source) throw notFound("source");
  if (!source.secretSealed) {
    throw new DomainError("conflict", "This source is polled: there is no address to test.");
  }
  const [secret] = await deps.secretsOf(source);
  if (!secret)
    throw new DomainError("misconfigured", "SEALING_KEY does not open this source's secret.");
  const made = source.kind === "sentry" ? sentryEvent(deps.clock()) : githubEvent(deps.clock());
  const signature = await hmacSha256Hex(secret, new TextEncoder().encode(made.body));
  const response = await deps.deliver(
    new Request(`${deps.settings.PUBLIC_API_URL}/ingest/${source.kind}/${source.id}`, {
      method: "POST",
      body: made.body,
      headers: {
        "content-type": "application/json",
        ...made.headers,
        ...signed(source, signature),
      },
    }),
  );
  const received = (await response.json()) as { feedback_ids?: string[] };
  const id = received.feedback_ids?.[0];
  if (!id)
    throw new DomainError("conflict", "The test event was refused; see the source's last error.");
  return { feedback_id: id };
}

function signed(source: SourceRow, signature: string): Record<string, string> {
  return source.kind === "sentry"
    ? { "sentry-hook-signature": signature }
    : { "x-hub-signature-256": `sha256=${signature}` };
}

function sentryEvent(now: number): TestRequest {
  const event = {
    event_id: newId().replaceAll("-", ""),
    title: "Error: Test event from Soulcaster",
    platform: "javascript",
    level: "info",
    timestamp: now / 1000,
    exception: { values: [{ type: "Error", value: "Test event from Soulcaster" }] },
  };
  return {
    body: JSON.stringify({ action: "triggered", data: { event } }),
    headers: { "sentry-hook-resource": "event_alert", "request-id": newId() },
  };
}

function githubEvent(now: number): TestRequest {
  const at = new Date(now).toISOString();
  const number = Math.floor(now / 1000) % 1_000_000_000;
  const fullName = "soulcaster/test";
  const repository = {
    id: 1,
    name: "test",
    full_name: fullName,
    owner: { login: "soulcaster", id: 1 },
  };
  const issue = {
    id: number,
    number,
    title: "Test event from Soulcaster",
    body: "Sent from the sources page to show that this address works.",
    state: "open",
    user: { login: "soulcaster-test", type: "User", id: 2 },
    labels: [],
    html_url: `https://github.com/${fullName}/issues/${number}`,
    created_at: at,
    updated_at: at,
  };
  return {
    body: JSON.stringify({ action: "opened", issue, repository, sender: issue.user }),
    headers: { "x-github-event": "issues", "x-github-delivery": newId() },
  };
}
