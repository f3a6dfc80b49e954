import { Hono, type Context, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { z } from "zod";
import { receiveSdkReport, type SdkRequest } from "../../ingest/receive-sdk-report";
import type { AppEnv } from "../app-env";
import { readBytes, route } from "../route";

/** As sent; packed or not. */
const BODY_LIMIT_BYTES = 10 * 1024 * 1024;

const Reply = z.object({ id: z.string().optional() });

/** SDKs in browsers report from every origin; nothing that they read here is anybody's secret. */
const anyOrigin = cors({
  origin: "*",
  allowMethods: ["POST"],
  allowHeaders: ["content-type", "content-encoding", "x-sentry-auth", "sentry-trace", "baggage"],
  exposeHeaders: ["retry-after", "x-sentry-rate-limits"],
  maxAge: 86_400,
});

/** Where a project's DSN points: the addresses that Sentry's SDKs know, and what they expect as an answer. */
export const dsnRoutes = new Hono<AppEnv>()
  .use("/api/:project/envelope", anyOrigin, tellSdk())
  .use("/api/:project/store", anyOrigin, tellSdk())
  .post("/api/:project/envelope", sdkRoute("An envelope"), (c) => receive(c, "envelope"))
  .post("/api/:project/store", sdkRoute("A bare event"), (c) => receive(c, "store"));

function sdkRoute(what: string) {
  return route({
    summary: `${what} of a Sentry SDK, by the public key of the project's DSN`,
    access: "dsn_key",
    replies: { 200: Reply },
  });
}

async function receive(c: Context<AppEnv>, form: SdkRequest["form"]): Promise<Response> {
  const request = {
    projectNumber: /^\d{1,15}$/.test(c.req.param("project") ?? "")
      ? Number(c.req.param("project"))
      : Number.NaN,
    form,
    publicKey: publicKeyOf(c),
    encoding: c.req.header("content-encoding"),
  };
  const id = await receiveSdkReport(c.var.deps, request, () => readBytes(c, BODY_LIMIT_BYTES));
  return c.json(id ? { id } : {}, 200);
}

/** `X-Sentry-Auth: Sentry sentry_version=7, sentry_key=…`, or `?sentry_key=…`; null when neither is there. */
function publicKeyOf(c: Context<AppEnv>): string | null {
  const header = c.req.header("x-sentry-auth");
  const named = header && /\bsentry_key\s{0,3}=\s{0,3}"?([^",\s]{1,100})/i.exec(header)?.[1];
  return named || c.req.query("sentry_key") || null;
}

/** SDKs read a header of their own: for how long to be silent, here with all kinds of items under this key. */
function tellSdk(): MiddlewareHandler<AppEnv> {
  return async function tellSdkMiddleware(c, next) {
    await next();
    if (c.res.status === 429) {
      const seconds = c.res.headers.get("retry-after") ?? "60";
      c.res.headers.set("x-sentry-rate-limits", `${seconds}::key`);
    }
  };
}
