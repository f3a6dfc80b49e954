import { createHash, timingSafeEqual } from "node:crypto";
import { cpus, totalmem } from "node:os";
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { StandInEnv } from "../stand-in";
import type { SandboxLimits } from "./limits";
import type { NetworkPolicy } from "./network-policy";
import type { Sandbox, SandboxRequest } from "./sandbox";

/** What the control routes need of the service. */
export type Control = {
  apiKey: string;
  limits: SandboxLimits;
  all(): Sandbox[];
  get(id: string): Sandbox | undefined;
  create(request: SandboxRequest): Promise<Sandbox>;
};

/** The version whose behaviour is played: uploads as streams, no default user, 502 for what is gone. */
export const ENVD_VERSION = "0.6.4";

const names = z.array(z.string().min(1).max(255)).max(1000);
const network = z.object({ allowOut: names.nullish(), denyOut: names.nullish() });
const updateBody = network.extend({ allow_internet_access: z.boolean().nullish() });
const createBody = z.object({
  templateID: z.string().default("base"),
  timeout: z.number().int().positive().default(300),
  metadata: z.record(z.string(), z.string()).nullish(),
  envVars: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).nullish(),
  allow_internet_access: z.boolean().nullish(),
  network: network.nullish(),
});
const timeoutBody = z.object({ timeout: z.number().int().nonnegative() });
const connectBody = z.object({ timeout: z.number().int().positive().optional() });
const LIST_LIMIT = 100;

/** Compares digests, so that neither length nor time tells anything of the secret. */
export function isSame(given: string | undefined, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given ?? ""), digest(secret));
}

function notFound(c: Context<StandInEnv>): Response {
  return c.json({ code: 404, message: `sandbox ${c.req.param("id")} not found` }, 404);
}

async function bodyOf<T>(c: Context<StandInEnv>, schema: z.ZodType<T>): Promise<T | Response> {
  const json: unknown = await c.req.json().catch(() => undefined);
  const parsed = schema.safeParse(json ?? {});
  return parsed.success ? parsed.data : c.json({ code: 400, message: parsed.error.message }, 400);
}

function describe(sandbox: Sandbox): Record<string, unknown> {
  return {
    sandboxID: sandbox.id,
    templateID: sandbox.request.templateId,
    alias: sandbox.request.templateId,
    clientID: "local",
    envdVersion: ENVD_VERSION,
    metadata: sandbox.request.metadata,
    startedAt: sandbox.startedAt.toISOString(),
    endAt: sandbox.endAt().toISOString(),
    state: "running",
    cpuCount: cpus().length,
    memoryMB: Math.round(totalmem() / 1024 / 1024),
  };
}

function access(sandbox: Sandbox): Record<string, unknown> {
  return {
    sandboxID: sandbox.id,
    templateID: sandbox.request.templateId,
    clientID: "local",
    envdVersion: ENVD_VERSION,
    envdAccessToken: sandbox.token,
    domain: null,
    trafficAccessToken: null,
  };
}

/** `metadata` is a query string inside the query, whose keys and values are encoded once more. */
function metadataFilter(text: string | undefined): [string, string][] {
  const pairs = [...new URLSearchParams(text ?? "")];
  return pairs.map(([key, value]) => [decodeOnce(key), decodeOnce(value)]);
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function list(c: Context<StandInEnv>, control: Control): Response {
  const wanted = metadataFilter(c.req.query("metadata"));
  const states = c.req.queries("state")?.flatMap((one) => one.split(",")) ?? ["running"];
  const found = control
    .all()
    .filter(({ request }) => wanted.every(([key, value]) => request.metadata[key] === value))
    .filter(() => states.includes("running"))
    .toSorted((one, other) => Number(other.startedAt) - Number(one.startedAt));
  const from = Math.max(Number(c.req.query("nextToken")) || 0, 0);
  const limit = Math.min(Math.max(Number(c.req.query("limit")) || LIST_LIMIT, 1), LIST_LIMIT);
  if (from + limit < found.length) c.header("x-next-token", String(from + limit));
  return c.json(found.slice(from, from + limit).map(describe));
}

async function create(c: Context<StandInEnv>, control: Control): Promise<Response> {
  const body = await bodyOf(c, createBody);
  if (body instanceof Response) return body;
  if (body.timeout > control.limits.lifeSeconds) {
    return c.json({ code: 400, message: "Timeout cannot be greater than the limit" }, 400);
  }
  const sandbox = await control.create({
    templateId: body.templateID,
    metadata: body.metadata ?? {},
    envs: body.envVars ?? {},
    timeoutSeconds: body.timeout,
    network: {
      internet: body.allow_internet_access ?? true,
      allowOut: body.network?.allowOut ?? [],
      denyOut: body.network?.denyOut ?? [],
    },
  });
  return c.json(access(sandbox), 201);
}

/**
 * Replaces the whole policy. Where the update does not speak of internet access, a sandbox that was created without stays
 * without: an update never opens what it does not name.
 */
async function updateNetwork(c: Context<StandInEnv>, sandbox: Sandbox): Promise<Response> {
  const body = await bodyOf(c, updateBody);
  if (body instanceof Response) return body;
  const policy: NetworkPolicy = {
    internet: body.allow_internet_access ?? sandbox.request.network.internet,
    allowOut: body.allowOut ?? [],
    denyOut: body.denyOut ?? [],
  };
  await sandbox.setNetwork(policy);
  return c.body(null, 204);
}

/** e2b's control API, as far as it is played: create, connect, list, info, timeout, network, kill. */
export function addControlRoutes(app: Hono<StandInEnv>, control: Control): void {
  function guarded(
    answer: (c: Context<StandInEnv>) => Promise<Response> | Response,
  ): (c: Context<StandInEnv>) => Promise<Response> | Response {
    return (c) => {
      if (isSame(c.req.header("x-api-key"), control.apiKey)) return answer(c);
      return c.json({ code: 401, message: "Invalid API key" }, 401);
    };
  }

  function onOne(
    answer: (c: Context<StandInEnv>, sandbox: Sandbox) => Promise<Response> | Response,
  ): (c: Context<StandInEnv>) => Promise<Response> | Response {
    return guarded((c) => {
      const sandbox = control.get(c.req.param("id") ?? "");
      return sandbox ? answer(c, sandbox) : notFound(c);
    });
  }

  app.post(
    "/v2/sandboxes",
    guarded((c) => create(c, control)),
  );
  app.get(
    "/v2/sandboxes",
    guarded((c) => list(c, control)),
  );
  app.post(
    "/v2/sandboxes/:id/connect",
    onOne(async (c, sandbox) => {
      const body = await bodyOf(c, connectBody);
      if (body instanceof Response) return body;
      const left = (Number(sandbox.endAt()) - Date.now()) / 1000;
      if ((body.timeout ?? 0) > left) sandbox.setTimeout(body.timeout ?? 0);
      return c.json(access(sandbox));
    }),
  );
  app.get(
    "/sandboxes/:id",
    onOne((c, sandbox) => {
      const { internet, allowOut, denyOut } = sandbox.network();
      return c.json({
        ...describe(sandbox),
        allowInternetAccess: internet,
        network: { allowOut, denyOut },
        envdAccessToken: sandbox.token,
        lifecycle: { onTimeout: "kill", autoResume: false },
      });
    }),
  );
  app.delete(
    "/sandboxes/:id",
    onOne(async (c, sandbox) => {
      await sandbox.kill();
      return c.body(null, 204);
    }),
  );
  app.post(
    "/sandboxes/:id/timeout",
    onOne(async (c, sandbox) => {
      const body = await bodyOf(c, timeoutBody);
      if (body instanceof Response) return body;
      sandbox.setTimeout(body.timeout);
      return c.body(null, 204);
    }),
  );
  app.put("/sandboxes/:id/network", onOne(updateNetwork));
}
