import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { CLUSTER_STATUSES, SEVERITIES } from "../domain/cluster";
import { notFound } from "../domain/errors";
import { SOURCE_KINDS } from "../domain/feedback";
import { isoTime } from "../kit/clock";
import { CLUSTER_SORTS, listClusters, sortValue } from "../store/cluster-list";
import { findCluster, listMergedInto } from "../store/clusters";
import { decodeCursor, toPage, type Page } from "../store/cursor";
import { listFeedback } from "../store/feedback";
import { toFeedbackItem } from "../store/feedback-item";
import { findProject } from "../store/projects";
import { groupingOf, type TriageDeps } from "./deps";
import { toClusterListItem, type ClusterDetail, type ClusterListItem } from "./views";

const SAMPLES = 5;
const FIRST_PAGE = 100;

export const ClusterQuery = z.object({
  project_id: z.string().optional(),
  status: z.enum(CLUSTER_STATUSES).optional(),
  /** `grouped` leaves out clusters below the minimum size. */
  show: z.enum(["all", "grouped"]).default("all"),
  severity: z.enum(SEVERITIES).optional(),
  /** Clusters that have this label. */
  label: z.string().trim().min(1).max(40).optional(),
  /** Clusters of this person; empty: of nobody. */
  assignee: z.string().trim().max(200).optional(),
  /** Clusters with a report from there. */
  source: z.enum(SOURCE_KINDS).optional(),
  /** Clusters with this in their titles. */
  q: z.string().trim().max(100).optional(),
  /** A cursor belongs to the order that it was given with. */
  sort: z.enum(CLUSTER_SORTS).default("last_seen"),
  order: z.enum(["asc", "desc"]).default("desc"),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** A page of clusters; unless told otherwise the last seen first. */
export async function readClusterPage(
  deps: Pick<TriageDeps, "db" | "grouping">,
  who: ProjectActor,
  query: z.output<typeof ClusterQuery>,
): Promise<Page<ClusterListItem>> {
  const { minClusterSize } = groupingOf(deps.grouping, await findProject(deps.db, who.projectId));
  const rows = await listClusters(deps.db, who.projectId, {
    ...query,
    title: query.q || undefined,
    minCount: query.show === "grouped" ? minClusterSize : undefined,
    cursor: decodeCursor(query.cursor),
  });
  return toPage(
    rows,
    query.limit,
    (row) => ({ at: sortValue(row, query.sort), id: row.id }),
    (row) => toClusterListItem(row, minClusterSize),
  );
}

/** One cluster with the first page of its items. A cluster that was merged away is still readable: it says into which. */
export async function readCluster(
  deps: Pick<TriageDeps, "db" | "grouping">,
  who: ProjectActor,
  id: string,
): Promise<ClusterDetail> {
  const row = await findCluster(deps.db, who.projectId, id);
  if (!row) throw notFound("cluster");
  const { minClusterSize } = groupingOf(deps.grouping, await findProject(deps.db, who.projectId));
  const filter = { clusterId: id, cursor: null, limit: FIRST_PAGE };
  const [items, merged] = await Promise.all([
    listFeedback(deps.db, who.projectId, filter),
    listMergedInto(deps.db, who.projectId, id),
  ]);
  const page = toPage(
    items,
    FIRST_PAGE,
    (item) => ({ at: item.createdAt, id: item.id }),
    toFeedbackItem,
  );
  return {
    ...toClusterListItem(row, minClusterSize),
    created_at: new Date(row.createdAt).toISOString(),
    updated_at: new Date(row.updatedAt).toISOString(),
    feedback_ids: page.items.map((item) => item.id),
    feedback_next_cursor: page.next_cursor,
    counts_by_source: row.sourceCounts,
    github_branch: row.githubBranch,
    merged_at: isoTime(row.mergedAt),
    soak_until: row.status === "merged" ? isoTime(row.soakUntil) : null,
    regressed_pr_url: row.regressedPrUrl,
    error_message: row.errorMessage,
    merged_into: row.mergedInto,
    merged_clusters: merged.map(({ githubPrUrl, ...one }) => ({
      ...one,
      github_pr_url: githubPrUrl,
    })),
    ignore:
      row.status === "ignored"
        ? {
            reason: row.ignoreReason ?? "",
            until: isoTime(row.ignoreUntil),
            until_reports: row.ignoreUntilCount,
          }
        : null,
    samples: page.items.slice(0, SAMPLES),
  };
}
