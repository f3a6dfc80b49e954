import { sql } from "drizzle-orm";
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { Evidence } from "../../domain/evidence";
import type { ModelCallOutcome, ModelTask } from "../../domain/models";
import type { PlanContent } from "../../domain/plan";
import type { FollowUp, PullNewsKind, PullState } from "../../domain/pull";
import type { RunnerName, RunSettings, RunStatus } from "../../domain/run";
import type {
  Asked,
  Guidance,
  Pause,
  RunLimits,
  RunOrigin,
  WaitingFor,
} from "../../domain/steering";
import { projects } from "./projects";

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
    /** The project's settings as they were when it was started; null for a run from before they were kept. */
    settings: text({ mode: "json" }).$type<RunSettings>(),
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
