import { Hono } from "hono";
import { z } from "zod";
import {
  DeadLetterQuery,
  DeadLetterView,
  readDeadLetters,
  removeDeadLetter,
  replayDeadLetter,
} from "../../ingest/dead-letters";
import type { AppEnv } from "../app-env";
import { route } from "../route";

/** Deliveries that were verified and could not be stored. */
export const deadLetterRoutes = new Hono<AppEnv>()
  .get(
    "/projects/:projectId/dead-letters",
    route({
      summary: "Deliveries that could not be stored, newest first",
      access: "source:read",
      query: DeadLetterQuery,
      replies: {
        200: z.object({ items: z.array(DeadLetterView), next_cursor: z.string().nullable() }),
      },
    }),
    async (c) => c.json(await readDeadLetters(c.var.deps, c.var.who, c.req.valid("query")), 200),
  )
  .post(
    "/projects/:projectId/dead-letters/:id/replay",
    route({
      summary: "Try a delivery again; it goes from the list when it is stored",
      access: "feedback:write",
      replies: { 200: z.object({ feedback_ids: z.array(z.string()) }) },
    }),
    async (c) => c.json(await replayDeadLetter(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .delete(
    "/projects/:projectId/dead-letters/:id",
    route({
      summary: "Delete a delivery that could not be stored",
      access: "feedback:write",
      replies: { 204: null },
    }),
    async (c) => {
      await removeDeadLetter(c.var.deps, c.var.who, c.req.param("id"));
      return c.body(null, 204);
    },
  );
