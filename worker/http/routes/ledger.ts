import { Hono } from "hono";
import { z } from "zod";
import { changeCluster, ChangeClusterInput } from "../../triage/change-cluster";
import { DuplicateInput, markDuplicate } from "../../triage/mark-duplicate";
import { mergeClusters, MergeInput } from "../../triage/merge-clusters";
import { moveItems, MoveInput } from "../../triage/move-items";
import {
  acceptProposal,
  dismissProposal,
  ProposalQuery,
  readProposals,
} from "../../triage/proposals";
import { CohesionView, readCohesion } from "../../triage/read-cohesion";
import { readHistory } from "../../triage/read-history";
import { removeItem } from "../../triage/remove-item";
import { splitCluster, SplitInput } from "../../triage/split-cluster";
import { undoOperation } from "../../triage/undo-operation";
import { GroupingDecision, OperationView, ProposalView } from "../../triage/views";
import type { AppEnv } from "../app-env";
import { route } from "../route";

/** What people do to clusters and to the reports in them. Each change is an operation that can be undone. */
export const ledgerRoutes = new Hono<AppEnv>()
  .patch(
    "/projects/:projectId/clusters/:id",
    route({
      summary: "Change a cluster's words, severity, labels, assignee or status, or ignore it",
      access: "cluster:write",
      body: ChangeClusterInput,
      replies: { 200: OperationView },
    }),
    async (c) =>
      c.json(
        await changeCluster(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        200,
      ),
  )
  .get(
    "/projects/:projectId/clusters/:id/history",
    route({
      summary: "The ledger of one cluster, and what was done to it, newest first",
      access: "project:read",
      replies: {
        200: z.object({ items: z.array(GroupingDecision), operations: z.array(OperationView) }),
      },
    }),
    async (c) => c.json(await readHistory(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .get(
    "/projects/:projectId/clusters/:id/cohesion",
    route({
      summary: "How alike a cluster's reports are, which are not, and what speaks for splitting it",
      access: "project:read",
      replies: { 200: CohesionView },
    }),
    async (c) => c.json(await readCohesion(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .post(
    "/projects/:projectId/clusters/:id/merge",
    route({
      summary: "Merge this cluster into another one",
      access: "cluster:write",
      body: MergeInput,
      replies: { 200: OperationView },
    }),
    async (c) =>
      c.json(
        await mergeClusters(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        200,
      ),
  )
  .post(
    "/projects/:projectId/clusters/:id/split",
    route({
      summary: "Make a cluster of its own of some of the reports",
      access: "cluster:write",
      body: SplitInput,
      replies: { 200: OperationView },
    }),
    async (c) =>
      c.json(
        await splitCluster(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        200,
      ),
  )
  .post(
    "/projects/:projectId/feedback/:id/move",
    route({
      summary: "Move a report, and others of the same cluster, to another cluster",
      access: "cluster:write",
      body: MoveInput,
      replies: { 200: OperationView },
    }),
    async (c) =>
      c.json(await moveItems(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")), 200),
  )
  .post(
    "/projects/:projectId/feedback/:id/remove",
    route({
      summary: "Take a report out of its cluster; the brain places it anew, but not there",
      access: "cluster:write",
      replies: { 200: OperationView },
    }),
    async (c) => c.json(await removeItem(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .post(
    "/projects/:projectId/feedback/:id/duplicate",
    route({
      summary: "Mark a report as a duplicate of another",
      access: "cluster:write",
      body: DuplicateInput,
      replies: { 200: OperationView },
    }),
    async (c) =>
      c.json(
        await markDuplicate(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        200,
      ),
  )
  .post(
    "/projects/:projectId/operations/:id/undo",
    route({
      summary: "Undo an operation; 409 when a later one rests on it",
      access: "cluster:write",
      replies: { 200: OperationView },
    }),
    async (c) => c.json(await undoOperation(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .get(
    "/projects/:projectId/proposals",
    route({
      summary:
        "What the brain would merge or split, but leaves to people; the newest 50 that are open",
      access: "project:read",
      query: ProposalQuery,
      replies: { 200: z.object({ items: z.array(ProposalView) }) },
    }),
    async (c) =>
      c.json({ items: await readProposals(c.var.deps, c.var.who, c.req.valid("query")) }, 200),
  )
  .post(
    "/projects/:projectId/proposals/:id/accept",
    route({
      summary: "Do what is proposed",
      access: "cluster:write",
      replies: { 200: OperationView },
    }),
    async (c) => c.json(await acceptProposal(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .post(
    "/projects/:projectId/proposals/:id/dismiss",
    route({
      summary: "Do not propose this again",
      access: "cluster:write",
      replies: { 200: z.object({ id: z.string(), status: z.literal("dismissed") }) },
    }),
    async (c) => c.json(await dismissProposal(c.var.deps, c.var.who, c.req.param("id")), 200),
  );
