import type { Context, MiddlewareHandler } from "hono";
import type { z } from "zod";
import { DomainError, type Fault } from "../domain/errors";
import { readStream } from "../kit/read-stream";
import { findStoredReply } from "../store/commit";
import type { Access } from "./access";
import type { AppEnv } from "./app-env";
import { authorise } from "./middleware/authorise";

export type RouteSpec = {
  summary: string;
  access: Access;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Largest body in bytes; 256 KiB unless told. */
  bodyLimit?: number;
  /** Reply bodies by status, for the API document. */
  replies: Record<number, z.ZodType | null>;
};

const SPEC = Symbol("route spec");
const DEFAULT_BODY_LIMIT = 256 * 1024;

type Validated<S extends RouteSpec> = {
  in: (S["query"] extends z.ZodType ? { query: z.input<S["query"]> } : object) &
    (S["body"] extends z.ZodType ? { json: z.input<S["body"]> } : object);
  out: (S["query"] extends z.ZodType ? { query: z.output<S["query"]> } : object) &
    (S["body"] extends z.ZodType ? { json: z.output<S["body"]> } : object);
};

/**
 * The first middleware of every route: authorises, then parses query and body by zod, then answers a repeated
 * `Idempotency-Key`. A route without it does not mount (`http/api.ts` checks).
 */
export function route<S extends RouteSpec>(
  spec: S,
): MiddlewareHandler<AppEnv, string, Validated<S>> {
  async function routeMiddleware(c: Context<AppEnv>, next: () => Promise<void>) {
    await authorise(c, spec.access);
    if (spec.query) c.req.addValidatedData("query", parse(spec.query, c.req.query()) as object);
    const text = spec.body ? await readBody(c, spec.bodyLimit ?? DEFAULT_BODY_LIMIT) : "";
    if (spec.body) c.req.addValidatedData("json", parse(spec.body, parseJson(text)) as object);
    const stored = await repeated(c, text);
    if (stored) return stored;
    await next();
  }
  return Object.assign(routeMiddleware as MiddlewareHandler<AppEnv, string, Validated<S>>, {
    [SPEC]: spec,
  });
}

/** The spec of a route's first middleware, or undefined for anything else. */
export function specOf(handler: unknown): RouteSpec | undefined {
  return typeof handler === "function" ? (handler as { [SPEC]?: RouteSpec })[SPEC] : undefined;
}

/** The whole body as bytes. Throws `body_too_large` as soon as the limit is passed, whatever the headers say. */
export async function readBytes(c: Context<AppEnv>, limit: number): Promise<Uint8Array> {
  const tooLarge = new DomainError("body_too_large", `The body may have ${limit} bytes at most.`);
  if (Number(c.req.header("content-length") ?? 0) > limit) throw tooLarge;
  const bytes = await readStream(c.req.raw.body, limit);
  if (!bytes) throw tooLarge;
  return bytes;
}

async function readBody(c: Context<AppEnv>, limit: number): Promise<string> {
  const bytes = await readBytes(c, limit);
  const type = c.req.header("content-type") ?? "";
  if (bytes.byteLength > 0 && !/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new DomainError("unsupported_media_type", "Send application/json.");
  }
  return new TextDecoder().decode(bytes);
}

function parseJson(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new DomainError("malformed_body", "The body is not JSON.", {
      faults: [{ path: "", message: "not JSON" }],
    });
  }
}

function parse(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults: Fault[] = result.error.issues
    .slice(0, 20)
    .map((issue) => ({ path: issue.path.join("."), message: issue.message }));
  const first = faults[0]!;
  throw new DomainError("invalid_input", `${first.path || "input"}: ${first.message}`, { faults });
}

async function repeated(c: Context<AppEnv>, body: string): Promise<Response | null> {
  const key = c.req.header("idempotency-key");
  if (!key || !c.var.who || c.req.method === "GET") return null;
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new DomainError("invalid_input", "Idempotency-Key: 1 to 200 visible characters.");
  }
  const asked = new TextEncoder().encode(`${c.req.method} ${c.req.path}\n${body}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", asked));
  const requestHash = Array.from(digest, (b) => b.toString(16).padStart(2, "0")).join("");
  c.set("who", { ...c.var.who, idempotency: { key, requestHash } });
  const stored = await findStoredReply(c.var.deps.db, c.var.who);
  if (!stored) return null;
  return new Response(stored.body, {
    status: stored.status,
    headers: { "content-type": "application/json", "idempotent-replay": "true" },
  });
}
