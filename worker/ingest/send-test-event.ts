import type { ProjectActor } from "../domain/actor";
import { DomainError, notFound } from "../domain/errors";
import { newId } from "../domain/ids";
import { hmacSha256Hex } from "../kit/signing";
import { findFeedbackByExternalId } from "../store/feedback";
import { findProject } from "../store/projects";
import { findSource, type SourceRow } from "../store/sources";
import type { IngestDeps } from "./deps";
import { receiveMail } from "./receive-mail";

type TestDeps = IngestDeps & { settings: { PUBLIC_API_URL: string } };

/** Where a test event is sent, and what a source's service would send. */
type TestRequest = { body: string; headers: Record<string, string> };

/**
 * Makes an event that the source's own filters let through, and sends it in as the source's own service would: the same
 * way in, from the signature or key to the database. Returns the item that it became.
 */
export async function sendTestEvent(
  deps: TestDeps,
  who: ProjectActor,
  sourceId: string,
): Promise<{ feedback_id: string }> {
  const source = await findSource(deps.db, who.projectId, sourceId);
  if (!source) throw notFound("source");
  const id = await SENDERS[source.channel](deps, source);
  if (!id)
    throw new DomainError("conflict", "The test event was refused; see the source's last error.");
  return { feedback_id: id };
}

/** By the source's channel. Each answers the item's id, or nothing when the event was refused. */
const SENDERS: Record<
  SourceRow["channel"],
  (deps: TestDeps, source: SourceRow) => Promise<string | undefined>
> = { webhook: sendWebhook, dsn: sendEnvelope, mail: sendMail };

async function sendWebhook(deps: TestDeps, source: SourceRow): Promise<string | undefined> {
  if (!source.secretSealed) {
    throw new DomainError("conflict", "This source is polled: there is no address to test.");
  }
  const [secret] = await deps.secretsOf(source);
  if (!secret)
    throw new DomainError("misconfigured", "SEALING_KEY does not open this source's secret.");
  const now = deps.clock();
  const made = source.kind === "sentry" ? sentryHook(source, now) : githubEvent(now);
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
  return received.feedback_ids?.[0];
}

async function sendEnvelope(deps: TestDeps, source: SourceRow): Promise<string | undefined> {
  const project = await findProject(deps.db, source.projectId);
  const event = sentryEvent(source, deps.clock());
  const lines = [{ event_id: event.event_id }, { type: "event" }, event];
  const response = await deps.deliver(
    new Request(`${deps.settings.PUBLIC_API_URL}/api/${project?.number}/envelope/`, {
      method: "POST",
      body: lines.map((line) => JSON.stringify(line)).join("\n"),
      headers: { "x-sentry-auth": `Sentry sentry_version=7, sentry_key=${source.addressKey}` },
    }),
  );
  if (!response.ok) return undefined;
  const { projectId } = source;
  return (await findFeedbackByExternalId(deps.db, projectId, "sentry", event.event_id))?.id;
}

async function sendMail(deps: TestDeps, source: SourceRow): Promise<string | undefined> {
  const allowed = source.settings.allowed_senders?.[0] ?? "test@soulcaster.invalid";
  const from = allowed.startsWith("@") ? `test${allowed}` : allowed;
  const mail = [
    `From: Soulcaster <${from}>`,
    "Subject: Test event from Soulcaster",
    `Message-ID: <${newId()}@soulcaster.invalid>`,
    `Date: ${new Date(deps.clock()).toUTCString()}`,
    "",
    "Sent from the sources page to show that this address works.",
  ].join("\r\n");
  const raw = new Blob([mail]);
  const to = `${source.addressKey}@soulcaster.invalid`;
  const outcome = await receiveMail(deps, { from, to, size: raw.size, raw: raw.stream() });
  return outcome.kind === "stored" ? outcome.feedbackId : undefined;
}

function signed(source: SourceRow, signature: string): Record<string, string> {
  return source.kind === "sentry"
    ? { "sentry-hook-signature": signature }
    : { "x-hub-signature-256": `sha256=${signature}` };
}

function sentryHook(source: SourceRow, now: number): TestRequest {
  return {
    body: JSON.stringify({ action: "triggered", data: { event: sentryEvent(source, now) } }),
    headers: { "sentry-hook-resource": "event_alert", "request-id": newId() },
  };
}

function sentryEvent({ settings }: SourceRow, now: number) {
  return {
    event_id: newId().replaceAll("-", ""),
    title: "Error: Test event from Soulcaster",
    platform: "javascript",
    level: settings.levels?.[0] ?? "info",
    environment: settings.environments?.[0],
    timestamp: now / 1000,
    exception: { values: [{ type: "Error", value: "Test event from Soulcaster" }] },
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
