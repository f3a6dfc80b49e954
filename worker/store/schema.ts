import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { Permission, Role } from "../domain/actor";
import type { ClusterStatus, Severity } from "../domain/cluster";
import type { ClusterJobStatus } from "../domain/cluster-job";
import type { FeedbackMetadata, SourceKind } from "../domain/feedback";
import type { GroupingTier, Neighbour } from "../domain/grouping";
import type { ModelCallOutcome, ModelTask } from "../domain/models";
import type { LinkKind, OperationEffect, OperationKind } from "../domain/operation";
import type { PlanContent } from "../domain/plan";
import type { ProposalReasons } from "../domain/proposal";
import type { PollCursor, RedditSettings } from "../domain/polling";
import type { ProjectSettings } from "../domain/project";
import {
  NOTHING_DELIVERED,
  type Delivered,
  type SourceChannel,
  type SourceSettings,
} from "../domain/source";
import type { Evidence } from "../domain/evidence";
import type { FollowUp, PullNewsKind, PullState } from "../domain/pull";
import type { RunnerName, RunStatus } from "../domain/run";
import type { Asked, Guidance, Pause, RunLimits, RunOrigin, WaitingFor } from "../domain/steering";
import type { ClusterJobKind, ReplayResult, ReplaySettings } from "../domain/replay";

/** Times are epoch milliseconds. migrations/README.md says for each table its keys, indexes, and who is authoritative. */

export const users = sqliteTable("users", {
  id: text().primaryKey(),
  email: text().notNull().unique(),
  name: text().notNull(),
  createdAt: integer("created_at").notNull(),
});

export const sessions = sqliteTable(
  "sessions",
  {
    tokenHash: text("token_hash").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
  },
  (t) => [index("sessions_user").on(t.userId)],
);

export const signInLinks = sqliteTable("sign_in_links", {
  tokenHash: text("token_hash").primaryKey(),
  userId: text("user_id")
    .notNull()
    .references(() => users.id, { onDelete: "cascade" }),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
  usedAt: integer("used_at"),
});

export const projects = sqliteTable("projects", {
  id: text().primaryKey(),
  number: integer().notNull().unique(),
  name: text().notNull(),
  githubRepo: text("github_repo"),
  ownerUserId: text("owner_user_id")
    .notNull()
    .references(() => users.id),
  baseBranch: text("base_branch"),
  pathPrefix: text("path_prefix"),
  setupCommand: text("setup_command"),
  testCommand: text("test_command"),
  approvalRequired: integer("approval_required", { mode: "boolean" }).notNull().default(true),
  settings: text({ mode: "json" }).$type<ProjectSettings>().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

export const memberships = sqliteTable(
  "memberships",
  {
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text().$type<Role>().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.projectId, t.userId] }),
    index("memberships_user").on(t.userId, t.createdAt),
  ],
);

export const apiTokens = sqliteTable(
  "api_tokens",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    name: text().notNull(),
    role: text().$type<Role>().notNull(),
    scopes: text({ mode: "json" }).$type<Permission[]>(),
    tokenHash: text("token_hash").notNull().unique(),
    hint: text().notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    lastUsedAt: integer("last_used_at"),
    revokedAt: integer("revoked_at"),
  },
  (t) => [index("api_tokens_project").on(t.projectId, t.createdAt)],
);

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

export const plans = sqliteTable(
  "plans",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    clusterId: text("cluster_id").notNull(),
    version: integer().notNull(),
    content: text({ mode: "json" }).$type<PlanContent>().notNull(),
    baseSha: text("base_sha"),
    author: text().notNull(),
    createdAt: integer("created_at").notNull(),
    approvedBy: text("approved_by"),
    approvedAt: integer("approved_at"),
  },
  (t) => [uniqueIndex("plans_version").on(t.projectId, t.clusterId, t.version)],
);

export const runs = sqliteTable(
  "runs",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    clusterId: text("cluster_id").notNull(),
    planId: text("plan_id").notNull(),
    runner: text().$type<RunnerName>().notNull(),
    status: text().$type<RunStatus>().notNull(),
    attempt: integer().notNull(),
    startedBy: text("started_by").notNull(),
    baseSha: text("base_sha"),
    branch: text(),
    headSha: text("head_sha"),
    prUrl: text("pr_url"),
    prNumber: integer("pr_number"),
    artifactKey: text("artifact_key"),
    /** What the change's tests showed, and all that its pull request needs. */
    evidence: text({ mode: "json" }).$type<Evidence>(),
    /** Who let a run without proof open its pull request. */
    openedBy: text("opened_by"),
    error: text(),
    /** What a `waiting` run waits for. */
    waitingFor: text("waiting_for").$type<WaitingFor>(),
    /** Why it was paused; kept until the next pause. */
    pause: text({ mode: "json" }).$type<Pause>(),
    /** What a person asked of the running run, until the run has done it. */
    asked: text({ mode: "json" }).$type<Asked>(),
    /** What people told its agent, oldest first. */
    guidance: text({ mode: "json" }).$type<Guidance[]>().notNull().default([]),
    limits: text({ mode: "json" }).$type<RunLimits>(),
    /** Where a fresh sandbox begins. */
    resumeFrom: text("resume_from").$type<RunOrigin>().notNull().default("start"),
    /** How often its agent was started anew by a person's word. */
    take: integer().notNull().default(0),
    /** How often its sandbox was lost and made anew. */
    recoveries: integer().notNull().default(0),
    /** The ended run that this one takes up again. */
    retryOf: text("retry_of"),
    /** The head of the pull request that this run adds to, and what was said about it. */
    followUp: text("follow_up", { mode: "json" }).$type<FollowUp>(),
    /** What became of its pull request. */
    prState: text("pr_state").$type<PullState>(),
    spentMicroUsd: integer("spent_micro_usd").notNull().default(0),
    /** Which Workflow instance is at work: a new one is made when its heartbeat stops, and the old one gives way. */
    generation: integer().notNull().default(0),
    heartbeatAt: integer("heartbeat_at").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    finishedAt: integer("finished_at"),
  },
  (t) => [
    uniqueIndex("runs_one_live_per_cluster")
      .on(t.projectId, t.clusterId)
      .where(sql`status IN ('pending', 'running', 'waiting')`),
    index("runs_recent").on(t.projectId, t.createdAt, t.id),
    index("runs_cluster").on(t.projectId, t.clusterId, t.createdAt, t.id),
    index("runs_pull")
      .on(t.projectId, t.prNumber)
      .where(sql`pr_number IS NOT NULL`),
    index("runs_queue")
      .on(t.projectId, t.createdAt, t.id)
      .where(sql`status IN ('pending', 'running')`),
    index("runs_live")
      .on(t.heartbeatAt)
      .where(sql`status IN ('pending', 'running')`),
  ],
);

/** The last word of each reviewer and each check about a pull request of ours. */
export const pullNews = sqliteTable(
  "pull_news",
  {
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    pullNumber: integer("pull_number").notNull(),
    kind: text().$type<PullNewsKind>().notNull(),
    /** The login of a person, or the name of a check. */
    subject: text().notNull(),
    state: text().notNull(),
    /** The commit that it is about, where it is about one. */
    sha: text(),
    at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.pullNumber, t.kind, t.subject] })],
);

/** The ledger of money: one row per call of a model, written before it is made and settled after it. */
export const modelCalls = sqliteTable(
  "model_calls",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    runId: text("run_id"),
    task: text().$type<ModelTask>().notNull(),
    model: text().notNull(),
    outcome: text().$type<ModelCallOutcome>().notNull(),
    /** The highest that the call could have; after it what the answer told. */
    inputTokens: integer("input_tokens").notNull(),
    outputTokens: integer("output_tokens").notNull(),
    microUsd: integer("micro_usd").notNull(),
    priceVersion: text("price_version").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    index("model_calls_recent").on(t.projectId, t.createdAt, t.id),
    index("model_calls_run")
      .on(t.projectId, t.runId, t.createdAt, t.id)
      .where(sql`run_id IS NOT NULL`),
  ],
);

export const auditLog = sqliteTable(
  "audit_log",
  {
    id: text().primaryKey(),
    projectId: text("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    actor: text().notNull(),
    action: text().notNull(),
    target: text().notNull(),
    detail: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
    at: integer().notNull(),
  },
  (t) => [index("audit_recent").on(t.projectId, t.at, t.id)],
);

/** Replies of writes that carried an `Idempotency-Key`; the row goes into the write's own batch. Kept for 24 hours. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    projectId: text("project_id").notNull(),
    actor: text().notNull(),
    key: text().notNull(),
    requestHash: text("request_hash").notNull(),
    status: integer().notNull(),
    body: text().notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.projectId, t.actor, t.key] }),
    index("idempotency_age").on(t.createdAt),
  ],
);
