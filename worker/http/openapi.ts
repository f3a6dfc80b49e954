import type { Hono } from "hono";
import { z } from "zod";
import type { Access } from "./access";
import type { AppEnv } from "./app-env";
import { specOf, type RouteSpec } from "./route";

/** Every mounted route with its spec. Throws when one has none: then nothing starts. */
export function routeTable(app: Hono<AppEnv>): { method: string; path: string; spec: RouteSpec }[] {
  const specs = new Map<string, RouteSpec>();
  const seen = new Set<string>();
  for (const { method, path, handler } of app.routes) {
    if (method === "ALL") continue;
    seen.add(`${method} ${path}`);
    const spec = specOf(handler);
    if (spec) specs.set(`${method} ${path}`, spec);
  }
  for (const key of seen) {
    if (!specs.has(key)) throw new Error(`The route ${key} says nothing about who may call it.`);
  }
  return [...specs].map(([key, spec]) => {
    const [method = "", path = ""] = key.split(" ");
    return { method, path, spec };
  });
}

/** No credential of ours is asked for: nobody's, or the verb itself looks at a signature or key. */
const OPEN: Access[] = ["public", "signed_webhook", "dsn_key"];

/** OpenAPI 3.1 from the very specs that the routes run by. */
export function openApiDocument(app: Hono<AppEnv>, apiUrl: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, spec } of routeTable(app)) {
    const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
    const shown = path.replace(/:(\w+)(?:\{[^}]*\})?/g, "{$1}");
    paths[shown] ??= {};
    paths[shown][method.toLowerCase()] = {
      summary: spec.summary,
      "x-access": spec.access,
      security: OPEN.includes(spec.access) ? [] : [{ bearer: [] }],
      parameters: [...names.map(pathParameter), ...queryParameters(spec.query)],
      ...(spec.body
        ? {
            requestBody: {
              content: { "application/json": { schema: schemaOf(spec.body, "input") } },
            },
          }
        : {}),
      responses: {
        ...repliesOf(spec),
        default: { description: "A problem (RFC 9457)", content: PROBLEM },
      },
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Soulcaster",
      version: "0.1.0",
      description:
        "Routes below /projects/{projectId} also answer without that part, for the caller's project (/feedback, /clusters, /jobs, /cluster-jobs, /what-ifs, /clustering, /stats, /config, /ingest/reddit, /ingest/github/sync; /ingest/manual adds feedback).",
    },
    servers: [{ url: apiUrl }],
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    paths,
  };
}

const PROBLEM = {
  "application/problem+json": {
    schema: {
      type: "object",
      required: ["type", "title", "status", "detail", "code", "requestId"],
      properties: {
        type: { type: "string" },
        title: { type: "string" },
        status: { type: "integer" },
        detail: { type: "string" },
        code: { type: "string" },
        requestId: { type: "string" },
        errors: { type: "array", items: { type: "object" } },
      },
    },
  },
};

function pathParameter(name: string) {
  return { name, in: "path", required: true, schema: { type: "string" } };
}

function queryParameters(query: z.ZodType | undefined) {
  if (!query) return [];
  const schema = schemaOf(query, "input") as { properties?: Record<string, unknown> };
  return Object.entries(schema.properties ?? {}).map(([name, one]) => ({
    name,
    in: "query",
    schema: one,
  }));
}

function repliesOf(spec: RouteSpec): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(spec.replies).map(([status, schema]) => [
      status,
      schema
        ? {
            description: "OK",
            content: { "application/json": { schema: schemaOf(schema, "output") } },
          }
        : { description: "OK" },
    ]),
  );
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { unrepresentable: "any", io });
  return rest;
}
