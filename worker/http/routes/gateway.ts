import { Hono } from "hono";
import { forwardToModel } from "../../fix/gateway/forward";
import type { AppEnv } from "../app-env";
import { readBytes, route } from "../route";

const REQUEST_LIMIT_BYTES = 8 * 1024 * 1024;

/** The only way from a sandbox to a model, with the run's own token. Nothing else is mounted below /gateway. */
export const gatewayRoutes = new Hono<AppEnv>()
  .post(
    "/gateway/v1/chat/completions",
    route({
      summary: "OpenAI-compatible chat, for a live run",
      access: "live_run",
      replies: { 200: null },
    }),
    async (c) =>
      forwardToModel(c.var.deps, c.var.who, {
        wire: "openai",
        body: await readBytes(c, REQUEST_LIMIT_BYTES),
      }),
  )
  .post(
    "/gateway/v1beta/models/:call",
    route({
      summary: "Gemini generation, for a live run",
      access: "live_run",
      replies: { 200: null },
    }),
    async (c) =>
      forwardToModel(c.var.deps, c.var.who, {
        wire: "gemini",
        call: c.req.param("call"),
        body: await readBytes(c, REQUEST_LIMIT_BYTES),
      }),
  );
