import { Hono } from "hono";
import { z } from "zod";
import { FeedbackItem } from "../../domain/feedback";
import { addFeedback, AddFeedbackInput } from "../../ingest/add-feedback";
import { BatchReply } from "../../ingest/batch-reply";
import { editFeedback, EditFeedbackInput } from "../../ingest/edit-feedback";
import { readFeedback, readFeedbackPage, FeedbackQuery } from "../../ingest/read-feedback";
import { removeFeedback } from "../../ingest/remove-feedback";
import { readWhy } from "../../triage/read-ledger";
import { GroupingDecision } from "../../triage/views";
import type { AppEnv } from "../app-env";
import { route } from "../route";

const BATCH_LIMIT_BYTES = 16 * 1024 * 1024;

export const feedbackRoutes = new Hono<AppEnv>()
  .get(
    "/projects/:projectId/feedback",
    route({
      summary: "Feedback items, newest first",
      access: "project:read",
      query: FeedbackQuery,
      replies: {
        200: z.object({ items: z.array(FeedbackItem), next_cursor: z.string().nullable() }),
      },
    }),
    async (c) => c.json(await readFeedbackPage(c.var.deps, c.var.who, c.req.valid("query")), 200),
  )
  .post(
    "/projects/:projectId/feedback",
    route({
      summary: "Add one report or a batch of up to 1,000; each gets its own result",
      access: "feedback:write",
      body: AddFeedbackInput,
      bodyLimit: BATCH_LIMIT_BYTES,
      replies: { 202: BatchReply },
    }),
    async (c) => c.json(await addFeedback(c.var.deps, c.var.who, c.req.valid("json")), 202),
  )
  .get(
    "/projects/:projectId/feedback/:id",
    route({ summary: "One feedback item", access: "project:read", replies: { 200: FeedbackItem } }),
    async (c) => c.json(await readFeedback(c.var.deps, c.var.who, c.req.param("id")), 200),
  )
  .put(
    "/projects/:projectId/feedback/:id",
    route({
      summary: "Replace an item's text; the brain places it anew",
      access: "feedback:write",
      body: EditFeedbackInput,
      replies: { 200: FeedbackItem },
    }),
    async (c) =>
      c.json(
        await editFeedback(c.var.deps, c.var.who, c.req.param("id"), c.req.valid("json")),
        200,
      ),
  )
  .delete(
    "/projects/:projectId/feedback/:id",
    route({
      summary: "Delete an item everywhere",
      access: "feedback:write",
      replies: { 204: null },
    }),
    async (c) => {
      await removeFeedback(c.var.deps, c.var.who, c.req.param("id"));
      return c.body(null, 204);
    },
  )
  .get(
    "/projects/:projectId/feedback/:id/why",
    route({
      summary: "The ledger of one item: who or what put it where, and why; newest first",
      access: "project:read",
      replies: { 200: z.object({ items: z.array(GroupingDecision) }) },
    }),
    async (c) => c.json({ items: await readWhy(c.var.deps, c.var.who, c.req.param("id")) }, 200),
  );
