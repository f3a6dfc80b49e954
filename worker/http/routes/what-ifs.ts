import { Hono } from "hono";
import { OperationView } from "../../triage/views";
import { applyWhatIf, readWhatIf, startWhatIf, WhatIfInput } from "../../triage/what-if";
import { WhatIfView } from "../../triage/what-if-view";
import type { AppEnv } from "../app-env";
import { route } from "../route";

/** Other settings of grouping, tried out before they are set. */
export const whatIfRoutes = new Hono<AppEnv>()
  .post(
    "/projects/:projectId/what-ifs",
    route({
      summary: "Find out what another threshold or strategy would change; read it by its id",
      access: "cluster:write",
      body: WhatIfInput,
      replies: { 202: WhatIfView },
    }),
    async (c) => c.json(await startWhatIf(c.var.deps, c.var.who, c.req.valid("json")), 202),
  )
  .get(
    "/projects/:projectId/what-ifs/:id",
    route({
      summary: "How far a preview is, and what it found",
      access: "project:read",
      replies: { 200: WhatIfView },
    }),
    async (c) => c.json(await readWhatIf(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .post(
    "/projects/:projectId/what-ifs/:id/apply",
    route({
      summary: "Do what a preview found, as one operation, and set the project's settings so",
      access: "project:admin",
      replies: { 200: OperationView },
    }),
    async (c) => c.json(await applyWhatIf(c.var.deps, c.var.who, c.req.param("id")), 200),
  );
