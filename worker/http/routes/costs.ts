import { Hono } from "hono";
import { z } from "zod";
import {
  ModelCallQuery,
  ModelCallView,
  readModelCalls,
  readRunCosts,
  RunCosts,
} from "../../fix/read-model-calls";
import type { AppEnv } from "../app-env";
import { route } from "../route";

/** What models were asked, and what that cost. */
export const costRoutes = new Hono<AppEnv>()
  .get(
    "/projects/:projectId/model_calls",
    route({
      summary: "Calls of models, newest first: the project's, or one run's",
      access: "run:read",
      query: ModelCallQuery,
      replies: {
        200: z.object({ items: z.array(ModelCallView), next_cursor: z.string().nullable() }),
      },
    }),
    async (c) => c.json(await readModelCalls(c.var.deps, c.var.who, c.req.valid("query")), 200),
  )
  .get(
    "/projects/:projectId/jobs/:id/costs",
    route({
      summary: "What a run's calls of models cost, by task and model",
      access: "run:read",
      replies: { 200: RunCosts },
    }),
    async (c) => c.json(await readRunCosts(c.var.deps, c.var.who, c.req.param("id")), 200),
  );
