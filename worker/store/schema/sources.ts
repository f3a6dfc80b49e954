import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { SourceKind } from "../../domain/feedback";
import type { PollCursor, RedditSettings } from "../../domain/polling";
import {
  type Delivered,
  NOTHING_DELIVERED,
  type SourceChannel,
  type SourceSettings,
} from "../../domain/source";
import { projects } from "./projects";

export const sources = sqliteTable(
  "sources",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    kind: text().$type<SourceKind>().notNull(),
    name: text().notNull(),
    channel: text().$type<SourceChannel>().notNull().default("webhook"),
    addressKey: text("address_key").unique(),
    secretSealed: text("secret_sealed").notNull(),
    /** The secret before the last rotation, and until when deliveries may still be signed with it. */
    previousSecretSealed: text("previous_secret_sealed"),
    previousSecretUntil: integer("previous_secret_until"),
    settings: text({ mode: "json" }).$type<SourceSettings>().notNull().default({}),
    /** Written by the source's meter, in absolute numbers. */
    delivered: text({ mode: "json" }).$type<Delivered>().notNull().default(NOTHING_DELIVERED),
    createdAt: integer("created_at").notNull(),
    lastDeliveryAt: integer("last_delivery_at"),
    lastError: text("last_error"),
    lastErrorAt: integer("last_error_at"),
    /** What polls have brought; `delivered` is what came by itself. */
    accepted: integer().notNull().default(0),
    duplicate: integer().notNull().default(0),
    filtered: integer().notNull().default(0),
    refused: integer().notNull().default(0),
  },
  (t) => [
    index("sources_project").on(t.projectId, t.kind),
    uniqueIndex("sources_one_of_channel")
      .on(t.projectId, t.channel)
      .where(sql`channel IN ('dsn', 'mail')`),
  ],
);

/** Sources that are asked, not only told: when next, and what for. */
export const polls = sqliteTable(
  "polls",
  {
    sourceId: text("source_id")
      .primaryKey()
      .references(() => sources.id, { onDelete: "cascade" }),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    everyMinutes: integer("every_minutes").notNull(),
    nextAt: integer("next_at").notNull(),
    reddit: text({ mode: "json" }).$type<Omit<RedditSettings, "interval_minutes">>(),
  },
  (t) => [index("polls_project").on(t.projectId), index("polls_due").on(t.nextAt)],
);

/** One row per repository or subreddit of a polled source: how far it has been read, and what went wrong last. */
export const pollTargets = sqliteTable(
  "poll_targets",
  {
    sourceId: text("source_id")
      .notNull()
      .references(() => sources.id, { onDelete: "cascade" }),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    target: text().notNull(),
    cursor: text({ mode: "json" }).$type<PollCursor>().notNull().default({}),
    polledAt: integer("polled_at"),
    lastError: text("last_error"),
    lastErrorAt: integer("last_error_at"),
  },
  (t) => [
    primaryKey({ columns: [t.sourceId, t.target] }),
    index("poll_targets_project").on(t.projectId, t.sourceId, t.target),
  ],
);

/** Verified deliveries that could not be stored, for a person to look at and to replay. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    sourceId: text("source_id"),
    message: text({ mode: "json" }).$type<unknown>().notNull(),
    error: text().notNull(),
    failedAt: integer("failed_at").notNull(),
  },
  (t) => [index("dead_letters_recent").on(t.projectId, t.failedAt, t.id)],
);

/** Erasures that were asked for and are not done. No reference to the project: it may be what is erased. */
export const erasures = sqliteTable(
  "erasures",
  {
    id: text().primaryKey(),
    projectId: text("project_id").notNull(),
    /** Null: the whole project. */
    sourceId: text("source_id"),
    requestedAt: integer("requested_at").notNull(),
  },
  (t) => [index("erasures_age").on(t.requestedAt)],
);
