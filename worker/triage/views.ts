import { z } from "zod";
import { CLUSTER_STATUSES, SEVERITIES } from "../domain/cluster";
import { CLUSTER_JOB_STATUSES } from "../domain/cluster-job";
import { FeedbackItem, SOURCE_KINDS } from "../domain/feedback";
import { GROUPING_TIERS } from "../domain/grouping";
import { OPERATION_KINDS } from "../domain/operation";
import { CLUSTER_JOB_KINDS } from "../domain/replay";
import { isoTime } from "../kit/clock";
import type { ClusterRow } from "../store/clusters";
import type { ClusterJobRow } from "../store/cluster-jobs";
import type { DecisionRow } from "../store/grouping";
import type { OperationRow } from "../store/operations";
import type { ProposalRow } from "../store/proposals";

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
  labels: z.array(z.string()),
  assignee: z.string().nullable(),
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
    labels: row.labels,
    assignee: row.assignee,
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
  /** When its fix was merged, and until when it has to be quiet to count as resolved. */
  merged_at: z.string().nullable(),
  soak_until: z.string().nullable(),
  /** The merged pull request after which the problem came back. */
  regressed_pr_url: z.string().nullable(),
  error_message: z.string().nullable(),
  merged_into: z.string().nullable(),
  /** Clusters that went into this one: their plans, runs and pull requests are still theirs. */
  merged_clusters: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      status: z.enum(CLUSTER_STATUSES),
      github_pr_url: z.string().nullable(),
    }),
  ),
  /** Why and until when it is ignored. `until_reports`: how many reports it then has. */
  ignore: z
    .object({
      reason: z.string(),
      until: z.string().nullable(),
      until_reports: z.number().nullable(),
    })
    .nullable(),
  samples: z.array(FeedbackItem),
});
export type ClusterDetail = z.infer<typeof ClusterDetail>;

/** One ledger row: why an item is where it is. Similarities and threshold are user-facing (0 to 1). */
export const GroupingDecision = z.object({
  id: z.string(),
  feedback_id: z.string(),
  /** Null: the report was deleted. */
  title: z.string().nullable(),
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
  rule_version: z.string(),
  actor: z.string(),
  job_id: z.string().nullable(),
  operation_id: z.string().nullable(),
  revision: z.number(),
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
    title: titles.get(row.feedbackId) ?? null,
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
    rule_version: row.ruleVersion,
    actor: row.actor,
    job_id: row.jobId,
    operation_id: row.operationId,
    revision: row.revision,
    created_at: isoTime(row.createdAt),
  };
}

/** What a person did to clusters, or a merge that the brain made. `created_cluster_id`: of a split or a removal. */
export const OperationView = z.object({
  id: z.string(),
  kind: z.enum(OPERATION_KINDS),
  actor: z.string(),
  clusters: z.array(z.string()),
  created_cluster_id: z.string().nullable(),
  /** How many reports it moved or marked. */
  reports: z.number(),
  undoes: z.string().nullable(),
  undone_by: z.string().nullable(),
  created_at: z.string(),
});
export type OperationView = z.infer<typeof OperationView>;

export function toOperationView(row: OperationRow & { reports: number; about: string[] }) {
  return {
    id: row.id,
    kind: row.kind,
    actor: row.actor,
    clusters: row.about,
    created_cluster_id: row.effect.created[0] ?? null,
    reports: row.reports,
    undoes: row.effect.undoes ?? null,
    undone_by: row.undoneBy,
    created_at: isoTime(row.createdAt),
  } satisfies OperationView;
}

/** Of a split so many reports are named. */
export const SHOWN_REPORTS = 20;

/** The brain would merge a cluster into another, or split reports off, but a cluster is a person's. Similarities are user-facing. */
export const ProposalView = z.object({
  id: z.string(),
  kind: z.enum(["merge", "split"]),
  cluster_id: z.string(),
  cluster_title: z.string(),
  into_id: z.string().nullable(),
  into_title: z.string().nullable(),
  reasons: z.object({
    similarity: z.number().nullable(),
    threshold: z.number(),
    same_fingerprints: z.number(),
    nearest: z.array(
      z.object({
        feedback_id: z.string(),
        title: z.string().nullable(),
        other_id: z.string(),
        other_title: z.string().nullable(),
        similarity: z.number(),
      }),
    ),
    /** Of a split: how many reports would go, and the first 20 of them. */
    report_count: z.number(),
    reports: z.array(z.object({ feedback_id: z.string(), title: z.string().nullable() })),
  }),
  status: z.enum(["open", "accepted", "dismissed"]),
  created_at: z.string(),
});
export type ProposalView = z.infer<typeof ProposalView>;

/** `titles`: of the clusters and reports that it names; what is gone has none. */
export function toProposalView(
  row: ProposalRow,
  titles: ReadonlyMap<string, string>,
): ProposalView {
  const { reports = [], ...reasons } = row.reasons;
  return {
    id: row.id,
    kind: row.kind,
    cluster_id: row.clusterId,
    cluster_title: titles.get(row.clusterId) ?? "",
    into_id: row.intoId,
    into_title: row.intoId === null ? null : (titles.get(row.intoId) ?? ""),
    reasons: {
      ...reasons,
      nearest: reasons.nearest.map((near) => ({
        ...near,
        title: titles.get(near.feedback_id) ?? null,
        other_title: titles.get(near.other_id) ?? null,
      })),
      report_count: reports.length,
      reports: reports.slice(0, SHOWN_REPORTS).map((id) => ({
        feedback_id: id,
        title: titles.get(id) ?? null,
      })),
    },
    status: row.status,
    created_at: isoTime(row.createdAt),
  };
}

/** `progress`: of a job that looks at every report anew (`what_if`, `recluster`). `operation_id`: what it did, to be undone. */
export const ClusterJobView = z.object({
  id: z.string(),
  project_id: z.string(),
  kind: z.enum(CLUSTER_JOB_KINDS),
  status: z.enum(CLUSTER_JOB_STATUSES),
  created_at: z.string(),
  started_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  /** Who cancelled it. */
  cancelled_by: z.string().nullable(),
  error: z.string().nullable(),
  stats: z.object({
    clustered: z.number(),
    new_clusters: z.number(),
    updated_clusters: z.number(),
    embedding_failures: z.number(),
  }),
  progress: z.object({ done: z.number(), total: z.number() }).nullable(),
  operation_id: z.string().nullable(),
});
export type ClusterJobView = z.infer<typeof ClusterJobView>;

export function toClusterJobView(row: ClusterJobRow): ClusterJobView {
  return {
    id: row.id,
    project_id: row.projectId,
    kind: row.kind,
    status: row.status,
    created_at: isoTime(row.createdAt),
    started_at: isoTime(row.startedAt),
    finished_at: isoTime(row.finishedAt),
    cancelled_by: row.cancelledBy,
    error: row.error,
    stats: row.stats,
    progress: row.progress,
    operation_id: row.result?.applied_by ?? null,
  };
}

export const ClusteringStatus = z.object({
  pending: z.boolean(),
  running: z.boolean(),
  unclustered: z.number(),
  oldest_unclustered_at: z.string().nullable(),
  last_job: ClusterJobView.nullable(),
  /** The embedder at work. What another one has read is compared with nothing, until it is embedded anew (`reembed`). */
  embedder: z.string(),
  read_by_others: z.number(),
});
export type ClusteringStatus = z.infer<typeof ClusteringStatus>;
