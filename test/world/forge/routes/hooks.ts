import { Hono } from "hono";
import { z } from "zod";
import { invalid, notFound } from "../errors";
import { iso, type Forge, type Json } from "../forge";
import { isLoopbackUrl } from "../hooks";
import { idOf, pageOf, readBody, requireAdmin, type ForgeContext, type ForgeEnv } from "../http";
import type { DeliveryRecord, HookRecord, RepoState } from "../state";
import { apiUrl } from "../views";

const hookBody = z.object({
  name: z.literal("web").default("web"),
  active: z.boolean().default(true),
  events: z.array(z.string().min(1)).min(1).default(["push"]),
  config: z.object({
    url: z.string(),
    content_type: z.enum(["json", "form"]).default("form"),
    secret: z.string().optional(),
    insecure_ssl: z.union([z.string(), z.number()]).optional(),
  }),
});

/** Webhooks of a repository. Only addresses on this machine are taken: a played GitHub never calls anybody else. */
export function hookRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .use("/hooks/*", async function adminOnly(c, next) {
      requireAdmin(c);
      await next();
    })
    .get("/hooks", (c) => {
      const repo = c.get("repo");
      return c.json(pageOf(c, forge, repo.hooks).map((one) => hookView(forge, repo, one)));
    })
    .post("/hooks", (c) => create(c, forge))
    .get("/hooks/:id", (c) => c.json(hookView(forge, c.get("repo"), hookOf(c))))
    .delete("/hooks/:id", async (c) => {
      const repo = c.get("repo");
      const hook = hookOf(c);
      repo.hooks = repo.hooks.filter((one) => one !== hook);
      repo.deliveries = repo.deliveries.filter((one) => one.hook !== hook.id);
      await forge.commit();
      return c.body(null, 204);
    })
    .post("/hooks/:id/pings", async (c) => {
      await ping(c, forge, hookOf(c));
      return c.body(null, 204);
    })
    .get("/hooks/:id/deliveries", (c) => {
      const { id } = hookOf(c);
      const done = c.get("repo").deliveries.filter((one) => one.hook === id && !one.pending);
      return c.json(pageOf(c, forge, done.toReversed()).map((one) => deliveryView(c, one)));
    })
    .get("/hooks/:id/deliveries/:delivery", (c) => {
      const delivery = deliveryOf(c);
      return c.json({
        ...deliveryView(c, delivery),
        url: hookOf(c).url,
        request: { headers: delivery.requestHeaders, payload: JSON.parse(delivery.payload) },
        response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
      });
    })
    .post("/hooks/:id/deliveries/:delivery/attempts", async (c) => {
      forge.redeliver(c.get("repo"), deliveryOf(c));
      await forge.commit();
      return c.json({}, 202);
    });
}

async function create(c: ForgeContext, forge: Forge): Promise<Response> {
  const repo = c.get("repo");
  const body = await readBody(c, hookBody);
  const { url, content_type, secret } = body.config;
  if (!isLoopbackUrl(url)) {
    const message = "url must be on this machine (127.0.0.1)";
    throw invalid([{ resource: "Hook", code: "custom", field: "url", message }]);
  }
  const events = [...new Set(body.events)].toSorted();
  const same = repo.hooks.some(
    (one) => one.url === url && one.contentType === content_type && `${one.events}` === `${events}`,
  );
  if (same) {
    const message = "Hook already exists on this repository";
    throw invalid([{ resource: "Hook", code: "custom", message }]);
  }
  const hook: HookRecord = {
    id: forge.nextId(),
    active: body.active,
    events,
    url,
    contentType: content_type,
    secret: secret || null,
    createdAt: forge.now(),
    updatedAt: forge.now(),
  };
  repo.hooks.push(hook);
  await ping(c, forge, hook);
  return c.json(hookView(forge, repo, hook), 201);
}

async function ping(c: ForgeContext, forge: Forge, hook: HookRecord): Promise<void> {
  const repo = c.get("repo");
  const payload = () => ({
    zen: "Approachable is better than simple.",
    hook_id: hook.id,
    hook: hookView(forge, repo, hook),
  });
  await forge.announce(repo, "ping", requireAdmin(c).login, payload, hook.id);
  await forge.commit();
}

function hookOf(c: ForgeContext): HookRecord {
  const hook = c.get("repo").hooks.find((one) => one.id === idOf(c, "id"));
  if (!hook) throw notFound();
  return hook;
}

function deliveryOf(c: ForgeContext): DeliveryRecord {
  const { id } = hookOf(c);
  const number = idOf(c, "delivery");
  const found = c.get("repo").deliveries.find((one) => one.hook === id && one.id === number);
  if (!found) throw notFound();
  return found;
}

function hookView(forge: Forge, repo: RepoState, hook: HookRecord): Json {
  const url = `${apiUrl(forge, repo)}/hooks/${hook.id}`;
  const last = repo.deliveries.findLast((one) => one.hook === hook.id && !one.pending);
  return {
    type: "Repository",
    id: hook.id,
    name: "web",
    active: hook.active,
    events: hook.events,
    config: {
      content_type: hook.contentType,
      insecure_ssl: "0",
      url: hook.url,
      ...(hook.secret ? { secret: "********" } : {}),
    },
    updated_at: iso(hook.updatedAt),
    created_at: iso(hook.createdAt),
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: {
      code: last?.statusCode || null,
      status: last ? (last.status === "OK" ? "active" : "misconfigured") : "unused",
      message: last?.status ?? null,
    },
  };
}

function deliveryView(c: ForgeContext, delivery: DeliveryRecord): Json {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: iso(delivery.deliveredAt),
    redelivery: delivery.redelivery,
    duration: delivery.durationSeconds,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: null,
    repository_id: c.get("repo").id,
  };
}
