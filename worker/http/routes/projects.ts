import { Hono } from "hono";
import { z } from "zod";
import { createProject, CreateProjectInput } from "../../projects/create-project";
import { removeProject } from "../../projects/delete-project";
import { listProjects, readMe, readProject, readStats } from "../../projects/read-project";
import { changeProject, UpdateProjectInput } from "../../projects/update-project";
import { MeView, ProjectForCaller, ProjectView, StatsView } from "../../projects/views";
import type { AppEnv } from "../app-env";
import { route } from "../route";

export const projectRoutes = new Hono<AppEnv>()
  .get(
    "/me",
    route({ summary: "Who is calling", access: "signed_in", replies: { 200: MeView } }),
    async (c) => c.json(await readMe(c.var.deps, c.var.actor!), 200),
  )
  .get(
    "/projects",
    route({
      summary: "The caller's projects",
      access: "signed_in",
      replies: { 200: z.object({ items: z.array(ProjectView) }) },
    }),
    async (c) => c.json({ items: await listProjects(c.var.deps, c.var.actor!) }, 200),
  )
  .post(
    "/projects",
    route({
      summary: "Make a project",
      access: "signed_in",
      body: CreateProjectInput,
      replies: { 201: ProjectView },
    }),
    async (c) => c.json(await createProject(c.var.deps, c.var.actor!, c.req.valid("json")), 201),
  )
  .get(
    "/projects/:projectId",
    route({
      summary: "One project, and what the caller may do in it",
      access: "project:read",
      replies: { 200: ProjectForCaller },
    }),
    async (c) => c.json(await readProject(c.var.deps, c.var.who), 200),
  )
  .patch(
    "/projects/:projectId",
    route({
      summary: "Change a project",
      access: "project:admin",
      body: UpdateProjectInput,
      replies: { 200: ProjectView },
    }),
    async (c) => c.json(await changeProject(c.var.deps, c.var.who, c.req.valid("json")), 200),
  )
  .delete(
    "/projects/:projectId",
    route({
      summary: "Delete a project and erase everything in it (people only)",
      access: "project:admin",
      replies: { 202: z.object({ erasing: z.literal(true) }) },
    }),
    async (c) => {
      await removeProject(c.var.deps, c.var.who);
      return c.json({ erasing: true as const }, 202);
    },
  )
  .get(
    "/projects/:projectId/stats",
    route({
      summary: "Counts by source and status",
      access: "project:read",
      replies: { 200: StatsView },
    }),
    async (c) => c.json(await readStats(c.var.deps, c.var.who), 200),
  );
