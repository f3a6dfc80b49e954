import type { AddressInfo } from "node:net";
import { serve, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";

/**
 * What every played outside service has in common: it binds to 127.0.0.1, records each request, can be told to fail, and
 * can be reset. The admin routes live under `/__world/` and are never recorded and never fail:
 *
 * - `GET /__world/requests` → `RecordedRequest[]`, oldest first (the last 1,000)
 * - `POST /__world/faults` with a `Fault` → the next `times` matching requests fail that way
 * - `POST /__world/reset` → forgets requests and faults, and calls the service's own `onReset`
 */
export type RecordedRequest = {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  at: number;
};

/** `match` is a substring of the path; `times` defaults to 1. `cut` ends the connection without an answer. */
export type Fault = {
  match: string;
  method?: string;
  times?: number;
  kind: "status" | "slow" | "cut";
  status?: number;
  retryAfterSeconds?: number;
  /** What a `status` says in its body, in the service's own words. */
  body?: unknown;
  delayMs?: number;
};

export type StandInEnv = { Bindings: HttpBindings };

export type StandIn = {
  app: Hono<StandInEnv>;
  requests: RecordedRequest[];
  addFault(fault: Fault): void;
  reset(): Promise<void>;
};

export type RunningStandIn = { url: string; port: number; stop(): Promise<void> };

const KEPT_REQUESTS = 1000;

/** Makes an app with recording, faults and admin routes; the service adds its own routes to `app`. */
export function createStandIn(onReset: () => Promise<void> | void = () => {}): StandIn {
  const app = new Hono<StandInEnv>();
  const requests: RecordedRequest[] = [];
  let faults: Fault[] = [];

  function addFault(fault: Fault): void {
    faults.push({ ...fault });
  }

  async function reset(): Promise<void> {
    requests.length = 0;
    faults = [];
    await onReset();
  }

  function takeFault(method: string, path: string): Fault | undefined {
    const fault = faults.find(
      (one) => path.includes(one.match) && (!one.method || one.method === method),
    );
    if (!fault) return undefined;
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) faults = faults.filter((one) => one !== fault);
    return fault;
  }

  app.get("/__world/requests", (c) => c.json(requests));
  app.post("/__world/faults", async (c) => {
    addFault(await c.req.json<Fault>());
    return c.body(null, 204);
  });
  app.post("/__world/reset", async (c) => {
    await reset();
    return c.body(null, 204);
  });

  app.use("*", async function recordAndFail(c, next) {
    if (c.req.path.startsWith("/__world/")) return next();
    const { method, path } = c.req;
    requests.push({ method, path, query: c.req.query(), headers: c.req.header(), at: Date.now() });
    if (requests.length > KEPT_REQUESTS) requests.shift();
    const fault = takeFault(method, path);
    if (!fault) return next();
    if (fault.kind === "cut") {
      c.env.incoming.socket.destroy();
      return c.body(null, 500);
    }
    if (fault.kind === "slow") {
      await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 1000));
      return next();
    }
    const status = fault.status ?? 500;
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (fault.retryAfterSeconds !== undefined) {
      headers["retry-after"] = String(fault.retryAfterSeconds);
    }
    const said = fault.body ?? { message: `injected ${status}`, code: status };
    return new Response(JSON.stringify(said), { status, headers });
  });

  return { app, requests, addFault, reset };
}

/** Longer than any client keeps an idle connection, so that none is closed while it is being used again. */
const KEEP_ALIVE_MS = 65_000;

/** Serves the app on 127.0.0.1. Port 0 takes a free one. Rejects when the port is taken. */
export function listen(app: Hono<StandInEnv>, port = 0): Promise<RunningStandIn> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, (info: AddressInfo) => {
      resolve({
        url: `http://127.0.0.1:${info.port}`,
        port: info.port,
        stop: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      });
    });
    if ("keepAliveTimeout" in server) server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.once("error", reject);
  });
}
