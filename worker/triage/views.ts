import { z } from "zod";
import { CLUSTER_STATUSES, SEVERITIES } from "../domain/cluster";
import { FeedbackItem, SOURCE_KINDS } from "../domain/feedback";
import { GROUPING_TIERS } from "../domain/grouping";
import { isoTime } from "../kit/clock";
import type { ClusterRow } from "../store/clusters";
import type { ClusterJobRow } from "../store/cluster-jobs";
import type { DecisionRow } from "../store/grouping";

/** Wire shapes of this room. */
export const ClusterListItem = z.object({
  id: z.string(),
  project_id: z.string(),
  title: z.string(),
  summary: z.string(),
  /** Reports. */
  count: z.number(),
  /** Events: a report of a storm stands for many. */
  occurrences: z.number(),
  status: z.enum(CLUSTER_STATUSES),
  sources: z.array(z.enum(SOURCE_KINDS)),
  github_pr_url: z.string().nullable(),
  single: z.boolean(),
  severity: z.enum(SEVERITIES),
  first_seen_at: z.string(),
  last_seen_at: z.string(),
});
export type ClusterListItem = z.infer<typeof ClusterListItem>;

export function toClusterListItem(row: ClusterRow, minClusterSize: number): ClusterListItem {
  return {
    id: row.id,
    project_id: row.projectId,
    title: row.title,
    summary: row.summary,
    count: row.itemCount,
    occurrences: row.occurrenceCount,
    status: row.status,
    sources: SOURCE_KINDS.filter((kind) => (row.sourceCounts[kind] ?? 0) > 0),
    github_pr_url: row.githubPrUrl,
    single: row.itemCount < minClusterSize,
    severity: row.severity,
    first_seen_at: isoTime(row.firstSeenAt),
    last_seen_at: isoTime(row.lastSeenAt),
  };
}

export const ClusterDetail = ClusterListItem.extend({
  created_at: z.string(),
  updated_at: z.string(),
  feedback_ids: z.array(z.string()),
  feedback_next_cursor: z.string().nullable(),
  counts_by_source: z.partialRecord(z.enum(SOURCE_KINDS), z.number()),
  github_branch: z.string().nullable(),
  error_message: z.string().nullable(),
  merged_into: z.string().nullable(),
  samples: z.array(FeedbackItem),
});
export type ClusterDetail = z.infer<typeof ClusterDetail>;

/** One ledger row: why an item is where it is. Similarities and threshold are user-facing (0 to 1). */
export const GroupingDecision = z.object({
  id: z.string(),
  feedback_id: z.string(),
  cluster_id: z.string(),
  previous_cluster_id: z.string().nullable(),
  tier: z.enum(GROUPING_TIERS),
  reason: z.string().nullable(),
  similarity: z.number().nullable(),
  neighbours: z.array(
    z.object({ feedback_id: z.string(), similarity: z.number(), title: z.string().nullable() }),
  ),
  threshold: z.number(),
  method: z.string(),
  embedder_version: z.string(),
  actor: z.string(),
  job_id: z.string().nullable(),
  created_at: z.string(),
});
export type GroupingDecision = z.infer<typeof GroupingDecision>;

export function toGroupingDecision(
  row: DecisionRow,
  titles: ReadonlyMap<string, string>,
): GroupingDecision {
  return {
    id: row.id,
    feedback_id: row.feedbackId,
    cluster_id: row.clusterId,
    previous_cluster_id: row.previousClusterId,
    tier: row.tier,
    reason: row.reason,
    similarity: row.similarity,
    neighbours: row.neighbours.map((near) => ({
      ...near,
      title: titles.get(near.feedback_id) ?? null,
    })),
    threshold: row.threshold,
    method: row.method,
    embedder_version: row.embedderVersion,
    actor: row.actor,
    job_id: row.jobId,
    created_at: isoTime(row.createdAt),
  };
}

export const ClusterJobView = z.object({
  id: z.string(),
  project_id: z.string(),
  status: z.enum(["pending", "running", "succeeded", "failed"]),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  error: z.string().nullable(),
  stats: z.object({
    clustered: z.number(),
    new_clusters: z.number(),
    updated_clusters: z.number(),
    embedding_failures: z.number(),
  }),
});
export type ClusterJobView = z.infer<typeof ClusterJobView>;

export function toClusterJobView(row: ClusterJobRow): ClusterJobView {
  return {
    id: row.id,
    project_id: row.projectId,
    status: row.status,
    created_at: isoTime(row.createdAt),
    started_at: isoTime(row.startedAt),
    finished_at: isoTime(row.finishedAt),
    error: row.error,
    stats: row.stats,
  };
}

export const ClusteringStatus = z.object({
  pending: z.boolean(),
  running: z.boolean(),
  unclustered: z.number(),
  oldest_unclustered_at: z.string().nullable(),
  last_job: ClusterJobView.nullable(),
});
export type ClusteringStatus = z.infer<typeof ClusteringStatus>;
