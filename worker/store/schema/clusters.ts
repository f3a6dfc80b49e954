import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ClusterStatus, Severity } from "../../domain/cluster";
import type { ClusterJobStatus } from "../../domain/cluster-job";
import type { SourceKind } from "../../domain/feedback";
import type { GroupingTier, Neighbour } from "../../domain/grouping";
import type { LinkKind, OperationEffect, OperationKind } from "../../domain/operation";
import type { ProposalReasons } from "../../domain/proposal";
import type { ClusterJobKind, ReplayResult, ReplaySettings } from "../../domain/replay";
import { projects } from "./projects";

export const clusters = sqliteTable(
  "clusters",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    title: text().notNull(),
    summary: text().notNull(),
    status: text().$type<ClusterStatus>().notNull().default("new"),
    severity: text().$type<Severity>().notNull().default("medium"),
    itemCount: integer("item_count").notNull().default(0),
    occurrenceCount: integer("occurrence_count").notNull().default(0),
    sourceCounts: text("source_counts", { mode: "json" })
      .$type<Partial<Record<SourceKind, number>>>()
      .notNull(),
    summarisedCount: integer("summarised_count").notNull().default(0),
    touchedAt: integer("touched_at"),
    mergedInto: text("merged_into"),
    /** When a person wrote it: the machine leaves it alone from then on. */
    titleEditedAt: integer("title_edited_at"),
    summaryEditedAt: integer("summary_edited_at"),
    labels: text({ mode: "json" }).$type<string[]>().notNull().default([]),
    assignee: text(),
    ignoreReason: text("ignore_reason"),
    ignoreUntil: integer("ignore_until"),
    /** Wakes up when it has this many reports. */
    ignoreUntilCount: integer("ignore_until_count"),
    githubBranch: text("github_branch"),
    githubPrUrl: text("github_pr_url"),
    githubPrNumber: integer("github_pr_number"),
    mergedAt: integer("merged_at"),
    /** When cron looks next whether it has been quiet long enough since its fix was merged. */
    soakUntil: integer("soak_until"),
    /** The merged pull request after which the problem came back. */
    regressedPrUrl: text("regressed_pr_url"),
    errorMessage: text("error_message"),
    firstSeenAt: integer("first_seen_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (t) => [
    index("clusters_recent").on(t.projectId, t.lastSeenAt, t.id),
    index("clusters_by_first_seen").on(t.projectId, t.firstSeenAt, t.id),
    index("clusters_by_count").on(t.projectId, t.itemCount, t.id),
    index("clusters_recent_by_status").on(t.projectId, t.status, t.lastSeenAt, t.id),
    index("clusters_pull").on(t.projectId, t.githubPrNumber),
    index("clusters_merged")
      .on(t.projectId, t.mergedInto)
      .where(sql`merged_into IS NOT NULL`),
    index("clusters_asleep")
      .on(t.ignoreUntil)
      .where(sql`status = 'ignored' AND ignore_until IS NOT NULL`),
    index("clusters_soaking")
      .on(t.soakUntil)
      .where(sql`status = 'merged' AND soak_until IS NOT NULL`),
    index("clusters_undescribed")
      .on(t.projectId)
      .where(sql`summarised_count = 0 AND item_count > 0 AND merged_into IS NULL`),
  ],
);

/** The ledger. Rows are never changed or removed while their project lives. */
export const groupingDecisions = sqliteTable(
  "grouping_decisions",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    feedbackId: text("feedback_id").notNull(),
    clusterId: text("cluster_id").notNull(),
    previousClusterId: text("previous_cluster_id"),
    tier: text().$type<GroupingTier>().notNull(),
    reason: text(),
    similarity: text({ mode: "json" }).$type<number | null>(),
    neighbours: text({ mode: "json" }).$type<Neighbour[]>().notNull(),
    threshold: text({ mode: "json" }).$type<number>().notNull(),
    method: text().notNull(),
    embedderVersion: text("embedder_version").notNull(),
    /** The version of the fingerprint's rules. */
    ruleVersion: text("rule_version").notNull().default(""),
    actor: text().notNull(),
    jobId: text("job_id"),
    /** The change that this row belongs to: a person's, or a merge that the machine made. */
    operationId: text("operation_id"),
    /** The revision in which it was written: of an item's rows the one with the highest is where it is. */
    revision: integer().notNull().default(0),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    index("decisions_feedback").on(t.projectId, t.feedbackId, t.revision, t.createdAt),
    index("decisions_cluster").on(t.projectId, t.clusterId, t.revision, t.createdAt),
    index("decisions_operation")
      .on(t.projectId, t.operationId)
      .where(sql`operation_id IS NOT NULL`),
  ],
);

/** What people did to clusters, and merges that the machine made; each can be undone once. */
export const operations = sqliteTable(
  "operations",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    revision: integer().notNull(),
    kind: text().$type<OperationKind>().notNull(),
    actor: text().notNull(),
    /** What to put back, beside the moves, which are ledger rows. */
    effect: text({ mode: "json" }).$type<OperationEffect>().notNull(),
    undoneBy: text("undone_by"),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [index("operations_project").on(t.projectId, t.revision)],
);

/** Which clusters an operation was about. */
export const operationClusters = sqliteTable(
  "operation_clusters",
  {
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    clusterId: text("cluster_id").notNull(),
    revision: integer().notNull(),
    operationId: text("operation_id").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.projectId, t.clusterId, t.revision, t.operationId] }),
    index("operation_clusters_operation").on(t.projectId, t.operationId),
  ],
);

/**
 * What persons said about pairs: each item on the left belongs together (`must`) or apart (`cannot`) from each on the right.
 * Of several operations about a pair the newest that is not undone holds.
 */
export const groupingLinks = sqliteTable(
  "grouping_links",
  {
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    feedbackId: text("feedback_id").notNull(),
    operationId: text("operation_id").notNull(),
    kind: text().$type<LinkKind>().notNull(),
    side: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.projectId, t.feedbackId, t.operationId, t.kind] }),
    index("links_operation").on(t.projectId, t.operationId),
  ],
);

/** What the machine would have done to a cluster that is a person's. */
export const proposals = sqliteTable(
  "proposals",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    kind: text().$type<"merge" | "split">().notNull(),
    /** Merge: this cluster … */
    clusterId: text("cluster_id").notNull(),
    /** … into this one. Null for a split. */
    intoId: text("into_id"),
    reasons: text({ mode: "json" }).$type<ProposalReasons>().notNull(),
    status: text().$type<"open" | "accepted" | "dismissed">().notNull().default("open"),
    decidedBy: text("decided_by"),
    decidedAt: integer("decided_at"),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    index("proposals_cluster").on(t.projectId, t.clusterId, t.status),
    index("proposals_into").on(t.projectId, t.intoId, t.status),
    index("proposals_recent").on(t.projectId, t.status, t.createdAt, t.id),
  ],
);

/** One row for each change of membership: a stale writer collides here and its batch rolls back. */
export const groupingRevisions = sqliteTable(
  "grouping_revisions",
  {
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    revision: integer().notNull(),
    actor: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.revision] })],
);

export type ClusterJobStats = {
  clustered: number;
  new_clusters: number;
  updated_clusters: number;
  embedding_failures: number;
};

export const clusterJobs = sqliteTable(
  "cluster_jobs",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    kind: text().$type<ClusterJobKind>().notNull().default("place"),
    status: text().$type<ClusterJobStatus>().notNull(),
    stats: text({ mode: "json" }).$type<ClusterJobStats>().notNull(),
    /** Of a replay: what it decides by, how far it is (reports), and what it found. */
    replay: text({ mode: "json" }).$type<ReplaySettings>(),
    progress: text({ mode: "json" }).$type<{ done: number; total: number }>(),
    result: text({ mode: "json" }).$type<ReplayResult>(),
    error: text(),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    heartbeatAt: integer("heartbeat_at"),
    finishedAt: integer("finished_at"),
    /** The person or token that cancelled it. */
    cancelledBy: text("cancelled_by"),
  },
  (t) => [
    index("cluster_jobs_recent").on(t.projectId, t.createdAt, t.id),
    index("cluster_jobs_live")
      .on(t.heartbeatAt)
      .where(sql`status IN ('pending', 'running')`),
  ],
);
