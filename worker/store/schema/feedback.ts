import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { FeedbackMetadata, SourceKind } from "../../domain/feedback";
import { projects } from "./projects";

export const feedback = sqliteTable(
  "feedback",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    source: text().$type<SourceKind>().notNull(),
    sourceId: text("source_id"),
    externalId: text("external_id").notNull(),
    linkKey: text("link_key"),
    title: text().notNull(),
    body: text().notNull(),
    rawText: text("raw_text").notNull(),
    metadata: text({ mode: "json" }).$type<FeedbackMetadata>().notNull(),
    fingerprint: text(),
    state: text().$type<"open" | "closed" | "deleted">().notNull().default("open"),
    clusterId: text("cluster_id"),
    /** The root of its duplicates; a root has none. */
    duplicateOf: text("duplicate_of"),
    unclustered: integer({ mode: "boolean" }).notNull().default(true),
    /** Events that this item stands for: the first of a storm and all that were only counted. */
    occurrences: integer().notNull().default(1),
    lastOccurredAt: integer("last_occurred_at"),
    createdAt: integer("created_at").notNull(),
    receivedAt: integer("received_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    uniqueIndex("feedback_external").on(t.projectId, t.source, t.externalId),
    index("feedback_recent").on(t.projectId, t.createdAt, t.id),
    index("feedback_recent_by_source").on(t.projectId, t.source, t.createdAt, t.id),
    index("feedback_cluster").on(t.projectId, t.clusterId, t.createdAt, t.id),
    index("feedback_unclustered")
      .on(t.projectId, t.receivedAt, t.id)
      .where(sql`unclustered = 1`),
    index("feedback_waiting")
      .on(t.receivedAt)
      .where(sql`unclustered = 1`),
    index("feedback_source")
      .on(t.projectId, t.sourceId, t.id)
      .where(sql`source_id IS NOT NULL`),
    index("feedback_fingerprint").on(t.projectId, t.fingerprint),
    index("feedback_link")
      .on(t.projectId, t.source, t.linkKey)
      .where(sql`link_key IS NOT NULL`),
    index("feedback_duplicates")
      .on(t.projectId, t.duplicateOf)
      .where(sql`duplicate_of IS NOT NULL`),
  ],
);
