import { Hono } from "hono";
import { z } from "zod";
import {
  changeSource,
  removeSource,
  rotateSource,
  RotateSourceInput,
  UpdateSourceInput,
} from "../../projects/change-source";
import { createSource, CreateSourceInput, readSources } from "../../projects/sources";
import { createToken, CreateTokenInput, endToken, readTokens } from "../../projects/tokens";
import { NewSourceView, NewTokenView, SourceView, TokenView } from "../../projects/views";
import type { AppEnv } from "../app-env";
import { route } from "../route";

/** Connections of a project: webhook sources and API tokens. */
export const sourceRoutes = new Hono<AppEnv>()
  .get(
    "/projects/:projectId/sources",
    route({
      summary: "The sources of a project, with their webhook addresses",
      access: "source:read",
      replies: { 200: z.object({ items: z.array(SourceView) }) },
    }),
    async (c) => c.json({ items: await readSources(c.var.deps, c.var.who) }, 200),
  )
  .post(
    "/projects/:projectId/sources",
    route({
      summary: "Add a source; the reply shows its secret once",
      access: "project:admin",
      body: CreateSourceInput,
      replies: { 201: NewSourceView },
    }),
    async (c) => c.json(await createSource(c.var.deps, c.var.who, c.req.valid("json")), 201),
  )
  .patch(
    "/projects/:projectId/sources/:id",
    route({
      summary: "Rename a source, or replace its settings",
      access: "project:admin",
      body: UpdateSourceInput,
      replies: { 200: SourceView },
    }),
    async (c) =>
      c.json(
        await changeSource(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        200,
      ),
  )
  .post(
    "/projects/:projectId/sources/:id/rotate",
    route({
      summary: "A new webhook secret (the old one counts for a while), DSN key or mail address",
      access: "project:admin",
      body: RotateSourceInput,
      replies: { 200: NewSourceView },
    }),
    async (c) =>
      c.json(
        await rotateSource(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        200,
      ),
  )
  .delete(
    "/projects/:projectId/sources/:id",
    route({
      summary: "Remove a source and erase what it brought",
      access: "project:admin",
      replies: { 204: null },
    }),
    async (c) => {
      await removeSource(c.var.deps, c.var.who, c.req.param("id"));
      return c.body(null, 204);
    },
  )
  .post(
    "/projects/:projectId/sources/:id/test",
    route({
      summary: "Send a signed test event through the source's own webhook address",
      access: "feedback:write",
      replies: { 200: z.object({ feedback_id: z.string() }) },
    }),
    async (c) => c.json(await c.var.deps.sendTestEvent(c.var.who, c.req.param("id")), 200),
  )
  .get(
    "/projects/:projectId/tokens",
    route({
      summary: "Live API tokens, without their secrets",
      access: "project:admin",
      replies: { 200: z.object({ items: z.array(TokenView) }) },
    }),
    async (c) => c.json({ items: await readTokens(c.var.deps, c.var.who) }, 200),
  )
  .post(
    "/projects/:projectId/tokens",
    route({
      summary: "Make an API token; the reply shows it once",
      access: "project:admin",
      body: CreateTokenInput,
      replies: { 201: NewTokenView },
    }),
    async (c) => c.json(await createToken(c.var.deps, c.var.who, c.req.valid("json")), 201),
  )
  .delete(
    "/projects/:projectId/tokens/:id",
    route({ summary: "End an API token", access: "project:admin", replies: { 204: null } }),
    async (c) => {
      await endToken(c.var.deps, c.var.who, c.req.param("id"));
      return c.body(null, 204);
    },
  );
