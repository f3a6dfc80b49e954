import { Hono } from "hono";
import { z } from "zod";
import { notFound, unprocessable } from "../errors";
import type { Forge } from "../forge";
import { idOf, pageOf, pullOf, readBody, requireLogin, type ForgeEnv } from "../http";
import { lineCommentView, reviewView } from "../issue-views";
import { addReview } from "../verbs/reviews";

const reviewBody = z.object({
  body: z.string().default(""),
  event: z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]).default("COMMENT"),
  commit_id: z.string().optional(),
  comments: z
    .array(
      z.object({ path: z.string(), body: z.string().min(1), line: z.number().int().optional() }),
    )
    .default([]),
});

/** Reviews with their line comments. A pending review (no `event`) is not played: it is a comment at once. */
export function reviewRoutes(forge: Forge): Hono<ForgeEnv> {
  return new Hono<ForgeEnv>()
    .get("/pulls/:number{[0-9]+}/reviews", (c) => {
      const { number } = pullOf(c);
      const repo = c.get("repo");
      const found = repo.reviews.filter((one) => one.pull === number);
      return c.json(pageOf(c, forge, found).map((one) => reviewView(forge, repo, one)));
    })
    .post("/pulls/:number{[0-9]+}/reviews", async (c) => {
      const { login } = requireLogin(c);
      const repo = c.get("repo");
      const issue = pullOf(c);
      const body = await readBody(c, reviewBody);
      if (body.commit_id !== undefined && body.commit_id !== issue.pull.head.sha) {
        throw unprocessable("commit_id is not part of the pull request");
      }
      const review = await addReview(forge, repo, issue, body, login);
      return c.json(reviewView(forge, repo, review));
    })
    .get("/pulls/:number{[0-9]+}/reviews/:id", (c) => {
      const { number } = pullOf(c);
      const id = idOf(c, "id");
      const found = c.get("repo").reviews.find((one) => one.pull === number && one.id === id);
      if (!found) throw notFound();
      return c.json(reviewView(forge, c.get("repo"), found));
    })
    .get("/pulls/:number{[0-9]+}/comments", (c) => {
      const { number } = pullOf(c);
      const repo = c.get("repo");
      const found = repo.reviews
        .filter((one) => one.pull === number)
        .flatMap((review) => review.comments.map((comment) => ({ review, comment })));
      return c.json(
        pageOf(c, forge, found).map(({ review, comment }) =>
          lineCommentView(forge, repo, review, comment),
        ),
      );
    });
}
