import { Hono } from "hono";
import { findRun } from "../../store/runs";
import { notFound } from "../../domain/errors";
import type { AppEnv } from "../app-env";
import { route } from "../route";

/** WebSocket upgrades. The objects keep them while they hibernate. */
export const liveRoutes = new Hono<AppEnv>()
  .get(
    "/projects/:projectId/live",
    route({
      summary: "The project's live feed (WebSocket)",
      access: "project:read",
      replies: { 101: null },
    }),
    (c) => c.var.deps.projectSocket(c.var.who.projectId, c.req.raw),
  )
  .get(
    "/projects/:projectId/jobs/:id/live",
    route({
      summary: "A run's log from `?from=` on, and then live (WebSocket)",
      access: "run:read",
      replies: { 101: null },
    }),
    async (c) => {
      const run = await findRun(c.var.deps.db, c.var.who.projectId, c.req.param("id"));
      if (!run) throw notFound("run");
      return c.var.deps.runSocket(run.id, c.req.raw);
    },
  );
