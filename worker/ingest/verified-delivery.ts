import { z } from "zod";
import { FeedbackMetadata, SOURCE_KINDS, type NewFeedback } from "../domain/feedback";
import { PULL_NEWS_KINDS } from "../domain/pull";
import type { PullNews } from "./sources/github/map";
import type { SourceChange } from "./sources/source";

const Item = z.object({
  source: z.enum(SOURCE_KINDS),
  external_id: z.string(),
  link: z.string().optional(),
  title: z.string(),
  body: z.string(),
  raw_text: z.string(),
  metadata: FeedbackMetadata,
  created_at: z.number(),
  state: z.enum(["open", "closed"]).optional(),
}) satisfies z.ZodType<NewFeedback>;

const News = z.object({
  kind: z.enum(PULL_NEWS_KINDS),
  pullNumber: z.number(),
  subject: z.string(),
  state: z.string(),
  sha: z.string().nullable(),
  at: z.number(),
  repository: z.string(),
}) satisfies z.ZodType<PullNews>;

/**
 * A delivery that was verified and read: what is left is to store it. Plain JSON, so that it can wait on a queue; checked when
 * it comes back, for it may have waited longer than the code that wrote it.
 */
export const VerifiedDelivery = z.object({
  projectId: z.string(),
  sourceId: z.string(),
  kind: z.enum(SOURCE_KINDS),
  mapped: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("feedback"), items: z.array(Item) }),
    z.object({
      kind: z.literal("change"),
      externalId: z.string(),
      change: z.custom<SourceChange>((value) => typeof value === "object" && value !== null),
    }),
    z.object({ kind: z.literal("ignored"), reason: z.string() }),
  ]),
  pull: z
    .object({
      number: z.number(),
      merged: z.boolean(),
      reopened: z.boolean().default(false),
      url: z.string(),
      headBranch: z.string(),
      headSha: z.string(),
      repository: z.object({ id: z.number().nullable(), fullName: z.string() }),
    })
    .nullable(),
  news: z.array(News).default([]),
});
export type VerifiedDelivery = z.infer<typeof VerifiedDelivery>;
