import { and, asc, desc, eq, gt, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import type { ClusterStatus, Severity } from "../domain/cluster";
import type { SourceKind } from "../domain/feedback";
import type { ClusterRow } from "./clusters";
import type { Cursor } from "./cursor";
import type { Db } from "./db";
import { clusters } from "./schema";

/** What lists of clusters are ordered by: each has its index. */
export const CLUSTER_SORTS = ["last_seen", "first_seen", "count"] as const;
export type ClusterSort = (typeof CLUSTER_SORTS)[number];

const COLUMNS = {
  last_seen: clusters.lastSeenAt,
  first_seen: clusters.firstSeenAt,
  count: clusters.itemCount,
};

export type ClusterFilter = {
  status?: ClusterStatus | undefined;
  severity?: Severity | undefined;
  /** One of its labels. */
  label?: string | undefined;
  /** The empty text: nobody. */
  assignee?: string | undefined;
  /** Clusters with a report from there. */
  source?: SourceKind | undefined;
  minCount?: number | undefined;
  /** Part of the title. */
  title?: string | undefined;
  sort: ClusterSort;
  order: "asc" | "desc";
  cursor: Cursor | null;
  limit: number;
};

/** A page of live clusters (not merged away, not empty); one row more than `limit`. A status has an index, other filters look at row after row. */
export async function listClusters(
  db: Db,
  projectId: string,
  filter: ClusterFilter,
): Promise<ClusterRow[]> {
  const column = COLUMNS[filter.sort];
  const [after, by] = filter.order === "asc" ? [gt, asc] : [lt, desc];
  const { cursor } = filter;
  return db.query.clusters.findMany({
    where: and(
      eq(clusters.projectId, projectId),
      isNull(clusters.mergedInto),
      sql`${clusters.itemCount} >= ${filter.minCount ?? 1}`,
      ...conditions(filter),
      cursor
        ? or(after(column, cursor.at), and(eq(column, cursor.at), after(clusters.id, cursor.id)))
        : undefined,
    ),
    orderBy: [by(column), by(clusters.id)],
    limit: filter.limit + 1,
  });
}

/** The value that a page of this order ends at. */
export function sortValue(row: ClusterRow, sort: ClusterSort): number {
  return { last_seen: row.lastSeenAt, first_seen: row.firstSeenAt, count: row.itemCount }[sort];
}

function* conditions(filter: ClusterFilter): Iterable<SQL> {
  const { status, severity, label, assignee, source, title } = filter;
  if (status) yield eq(clusters.status, status);
  if (severity) yield eq(clusters.severity, severity);
  if (assignee === "") yield isNull(clusters.assignee);
  else if (assignee !== undefined) yield eq(clusters.assignee, assignee);
  if (label !== undefined)
    yield sql`EXISTS (SELECT 1 FROM json_each(${clusters.labels}) WHERE value = ${label})`;
  if (source) yield sql`${clusters.sourceCounts} ->> ${source} > 0`;
  if (title) {
    const literal = title.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
    yield sql`${clusters.title} LIKE ${`%${literal}%`} ESCAPE '\\'`;
  }
}
