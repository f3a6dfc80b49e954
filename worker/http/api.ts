import { Hono } from "hono";
import { DomainError } from "../domain/errors";
import { newId } from "../domain/ids";
import type { Deps } from "../deps";
import type { Env } from "../env";
import type { AppEnv } from "./app-env";
import { docsPage } from "./docs-page";
import { authenticate } from "./middleware/authenticate";
import { openApiDocument, routeTable } from "./openapi";
import { problemResponse } from "./problem";
import { clusterRoutes } from "./routes/clusters";
import { costRoutes } from "./routes/costs";
import { deadLetterRoutes } from "./routes/dead-letters";
import { dsnRoutes } from "./routes/dsn";
import { feedbackRoutes } from "./routes/feedback";
import { fixRoutes } from "./routes/fixes";
import { gatewayRoutes } from "./routes/gateway";
import { ingestRoutes } from "./routes/ingest";
import { ledgerRoutes } from "./routes/ledger";
import { liveRoutes } from "./routes/live";
import { pollingRoutes } from "./routes/polling";
import { projectRoutes } from "./routes/projects";
import { signInRoutes } from "./routes/sign-in";
import { sourceRoutes } from "./routes/sources";
import { whatIfRoutes } from "./routes/what-ifs";
import { canonicalPath } from "./short-routes";
import { route } from "./route";

/** One type per noun, for typed clients: a single type of all routes is slow to compile. */
export type ProjectRoutes = typeof projectRoutes;
export type SignInRoutes = typeof signInRoutes;
export type SourceRoutes = typeof sourceRoutes;
export type FeedbackRoutes = typeof feedbackRoutes;
export type ClusterRoutes = typeof clusterRoutes;
export type LedgerRoutes = typeof ledgerRoutes;
export type WhatIfRoutes = typeof whatIfRoutes;
export type FixRoutes = typeof fixRoutes;
export type CostRoutes = typeof costRoutes;
export type PollingRoutes = typeof pollingRoutes;
export type DeadLetterRoutes = typeof deadLetterRoutes;

const open = (summary: string) => route({ summary, access: "public", replies: { 200: null } });

/** The API. Throws at once when a route does not say who may call it. */
export function createApi(makeDeps: (env: Env) => Deps): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ getPath: canonicalPath });
  app.use("*", async function requestContext(c, next) {
    c.set("requestId", c.req.header("cf-ray") ?? newId());
    c.set("deps", makeDeps(c.env));
    await next();
  });
  app.use("*", authenticate());
  app
    .route("/", signInRoutes)
    .route("/", projectRoutes)
    .route("/", sourceRoutes)
    .route("/", deadLetterRoutes)
    .route("/", feedbackRoutes)
    .route("/", clusterRoutes)
    .route("/", ledgerRoutes)
    .route("/", whatIfRoutes)
    .route("/", fixRoutes)
    .route("/", costRoutes)
    .route("/", pollingRoutes)
    .route("/", ingestRoutes)
    .route("/", dsnRoutes)
    .route("/", gatewayRoutes)
    .route("/", liveRoutes)
    .get("/health", open("Whether the Worker answers"), (c) => c.json({ ok: true }))
    .get("/openapi.json", open("This API as an OpenAPI document"), (c) =>
      c.json(openApiDocument(app, c.var.deps.settings.PUBLIC_API_URL)),
    )
    .get("/docs", open("This API for people"), (c) => c.html(docsPage(app)));
  app.notFound((c) => problemResponse(c, new DomainError("not_found", "There is no such route.")));
  app.onError((error, c) => problemResponse(c, error));
  routeTable(app);
  return app;
}
