import { Hono, type Context } from "hono";
import { z } from "zod";
import { onlySource, receiveWebhook, sourceOfAddress } from "../../ingest/receive-webhook";
import type { AppEnv } from "../app-env";
import { readBytes, route } from "../route";

const WEBHOOK_LIMIT_BYTES = 8 * 1024 * 1024;
const Received = z.object({
  outcome: z.enum(["stored", "changed", "ignored"]),
  feedback_ids: z.array(z.string()),
  reason: z.string().nullable(),
});

/** Signed webhooks. The bodies are read raw: signatures are over the bytes that came. */
export const ingestRoutes = new Hono<AppEnv>()
  .post("/ingest/sentry/:sourceId", webhook("Sentry"), (c) => receive(c, "sentry"))
  .post("/ingest/github/:sourceId", webhook("GitHub"), (c) => receive(c, "github"))
  .post("/ingest/sentry", webhook("Sentry (short address)"), (c) => receive(c, "sentry"))
  .post("/ingest/github", webhook("GitHub (short address)"), (c) => receive(c, "github"));

function webhook(service: string) {
  return route({
    summary: `A signed webhook of ${service}`,
    access: "signed_webhook",
    replies: { 202: Received },
  });
}

async function receive(c: Context<AppEnv>, kind: "sentry" | "github"): Promise<Response> {
  const { deps } = c.var;
  const sourceId = c.req.param("sourceId");
  const source = sourceId
    ? await sourceOfAddress(deps, kind, sourceId)
    : await onlySource(deps, kind, c.req.query("project_id"));
  const body = await readBytes(c, WEBHOOK_LIMIT_BYTES);
  const query = new URL(c.req.url).searchParams;
  const delivery = { headers: c.req.raw.headers, body, query };
  return c.json(await receiveWebhook(deps, source, delivery), 202);
}
