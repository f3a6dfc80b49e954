import { Hono } from "hono";
import { z } from "zod";
import { ClusterQuery, readCluster, readClusterPage } from "../../triage/read-clusters";
import {
  ClusterDetail,
  ClusterJobView,
  ClusterListItem,
  ClusteringStatus,
} from "../../triage/views";
import {
  JobQuery,
  readClusterJob,
  readClusterJobs,
  readClusteringStatus,
} from "../../triage/read-jobs";
import { changeClusterJob, ChangeJobInput } from "../../triage/change-cluster-job";
import { startClusterJob, StartJobInput } from "../../triage/start-cluster-job";
import type { AppEnv } from "../app-env";
import { route } from "../route";

const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const clusterRoutes = new Hono<AppEnv>()
  .get(
    "/projects/:projectId/clusters",
    route({
      summary: "Clusters: filtered, sorted (last seen first), by cursor",
      access: "project:read",
      query: ClusterQuery,
      replies: { 200: page(ClusterListItem) },
    }),
    async (c) => c.json(await readClusterPage(c.var.deps, c.var.who, c.req.valid("query")), 200),
  )
  .get(
    "/projects/:projectId/clusters/:id",
    route({ summary: "One cluster", access: "project:read", replies: { 200: ClusterDetail } }),
    async (c) => c.json(await readCluster(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .get(
    "/projects/:projectId/cluster-jobs",
    route({
      summary: "Cluster jobs, newest first",
      access: "project:read",
      query: JobQuery,
      replies: { 200: page(ClusterJobView) },
    }),
    async (c) => c.json(await readClusterJobs(c.var.deps, c.var.who, c.req.valid("query")), 200),
  )
  .post(
    "/projects/:projectId/cluster-jobs",
    route({
      summary: "Start a cluster job: place what waits, or decide everything anew (recluster)",
      access: "cluster:write",
      body: StartJobInput,
      replies: { 202: z.object({ id: z.string() }) },
    }),
    async (c) => c.json(await startClusterJob(c.var.deps, c.var.who, c.req.valid("json")), 202),
  )
  .get(
    "/projects/:projectId/cluster-jobs/:id",
    route({ summary: "One cluster job", access: "project:read", replies: { 200: ClusterJobView } }),
    async (c) => c.json(await readClusterJob(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .patch(
    "/projects/:projectId/cluster-jobs/:id",
    route({
      summary: "Cancel a cluster job: what it has placed stays, what waits is placed by the next",
      access: "cluster:write",
      body: ChangeJobInput,
      replies: { 200: ClusterJobView },
    }),
    async (c) =>
      c.json(
        await changeClusterJob(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        200,
      ),
  )
  .get(
    "/projects/:projectId/clustering/status",
    route({
      summary: "What the brain is doing",
      access: "project:read",
      replies: { 200: ClusteringStatus },
    }),
    async (c) => c.json(await readClusteringStatus(c.var.deps, c.var.who), 200),
  );
