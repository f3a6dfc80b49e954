import { Hono } from "hono";
import { z } from "zod";
import { ForgeError, notFound } from "../errors";
import type { Forge } from "../forge";
import {
  idOf,
  issueOf,
  pageOf,
  readBody,
  requireLogin,
  type ForgeContext,
  type ForgeEnv,
} from "../http";
import { commentView } from "../issue-views";
import type { CommentRecord } from "../state";
import { addComment, announceComment } from "../verbs/issues";

const body = z.object({ body: z.string().min(1, "body cannot be blank") });

/** Comments on issues and on the conversation of pull requests. */
export function commentRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/issues/:number{[0-9]+}/comments", (c) => {
      const { number } = issueOf(c);
      const since = Date.parse(c.req.query("since") ?? "1970-01-01T00:00:00Z");
      const found = c
        .get("repo")
        .comments.filter((one) => one.issue === number && one.updatedAt + 999 >= since);
      return c.json(pageOf(c, forge, found).map((one) => commentView(forge, c.get("repo"), one)));
    })
    .post("/issues/:number{[0-9]+}/comments", async (c) => {
      const { login } = requireLogin(c);
      const issue = issueOf(c);
      const given = await readBody(c, body);
      const comment = await addComment(forge, c.get("repo"), issue, given.body, login);
      return c.json(commentView(forge, c.get("repo"), comment), 201);
    })
    .get("/issues/comments/:id", (c) => c.json(commentView(forge, c.get("repo"), commentOf(c))))
    .patch("/issues/comments/:id", async (c) => {
      const comment = mayChange(c);
      const from = comment.body;
      comment.body = (await readBody(c, body)).body;
      comment.updatedAt = forge.now();
      await touch(c, forge, comment, "edited", { changes: { body: { from } } });
      return c.json(commentView(forge, c.get("repo"), comment));
    })
    .delete("/issues/comments/:id", async (c) => {
      const comment = mayChange(c);
      const repo = c.get("repo");
      repo.comments = repo.comments.filter((one) => one !== comment);
      await touch(c, forge, comment, "deleted");
      return c.body(null, 204);
    });
}

function commentOf(c: ForgeContext): CommentRecord {
  const comment = c.get("repo").comments.find((one) => one.id === idOf(c, "id"));
  if (!comment) throw notFound();
  return comment;
}

function mayChange(c: ForgeContext): CommentRecord {
  const login = requireLogin(c);
  const comment = commentOf(c);
  if (login.permission !== "read" || login.login === comment.user) return comment;
  throw new ForgeError(403, "Must have admin rights to Repository.");
}

async function touch(
  c: ForgeContext,
  forge: Forge,
  comment: CommentRecord,
  action: string,
  extra: Record<string, unknown> = {},
): Promise<void> {
  const repo = c.get("repo");
  const issue = repo.issues.find((one) => one.number === comment.issue);
  if (issue) issue.updatedAt = forge.now();
  await announceComment(forge, repo, comment, action, requireLogin(c).login, extra);
  await forge.commit();
}
