/** A cluster's life, as DESIGN.md tells it. `failed` can be retried; `regressed` is treated like `new`. */
export const CLUSTER_STATUSES = [
  "new",
  "fixing",
  "pr_opened",
  "merged",
  "resolved",
  "failed",
  "ignored",
  "regressed",
] as const;
export type ClusterStatus = (typeof CLUSTER_STATUSES)[number];

/** What can happen to a cluster. */
export type ClusterEvent =
  | "fix_started"
  | "pr_opened"
  | "fix_failed"
  | "fix_cancelled"
  | "follow_up_ended"
  | "pr_merged"
  | "pr_closed"
  | "pr_reopened"
  | "soak_passed"
  | "report_arrived"
  | "ignored"
  | "ignore_ended"
  | "closed_by_person"
  | "reopened";

const TRANSITIONS: Record<ClusterEvent, Partial<Record<ClusterStatus, ClusterStatus>>> = {
  fix_started: { new: "fixing", failed: "fixing", regressed: "fixing", pr_opened: "fixing" },
  pr_opened: { fixing: "pr_opened" },
  fix_failed: { fixing: "failed" },
  fix_cancelled: { fixing: "new" },
  follow_up_ended: { fixing: "pr_opened" },
  pr_merged: { pr_opened: "merged", fixing: "merged", failed: "merged", new: "merged" },
  pr_closed: { pr_opened: "new" },
  pr_reopened: { new: "pr_opened", failed: "pr_opened" },
  soak_passed: { merged: "resolved" },
  report_arrived: {
    new: "new",
    fixing: "fixing",
    pr_opened: "pr_opened",
    failed: "failed",
    ignored: "ignored",
    regressed: "regressed",
    merged: "regressed",
    resolved: "regressed",
  },
  ignored: {
    new: "ignored",
    failed: "ignored",
    regressed: "ignored",
    pr_opened: "ignored",
    ignored: "ignored",
  },
  ignore_ended: { ignored: "new" },
  closed_by_person: {
    new: "resolved",
    failed: "resolved",
    regressed: "resolved",
    merged: "resolved",
    ignored: "resolved",
  },
  reopened: { ignored: "new", resolved: "new", merged: "new" },
};

/** The status after an event, or `null` when the event is illegal in this status. The only place that knows. */
export function nextClusterStatus(from: ClusterStatus, event: ClusterEvent): ClusterStatus | null {
  return TRANSITIONS[event][from] ?? null;
}

/** Statuses that an event may start from: for the `WHERE` of a conditional write. */
export function statusesBefore(event: ClusterEvent): ClusterStatus[] {
  return CLUSTER_STATUSES.filter((status) => TRANSITIONS[event][status] !== undefined);
}

/** The status after an operation that changed it is undone: the one before it, unless something else came in between. */
export function statusAfterUndo(
  now: ClusterStatus,
  change: { from: ClusterStatus; to: ClusterStatus },
): ClusterStatus {
  return now === change.to ? change.from : now;
}

export const SEVERITIES = ["low", "medium", "high"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const CLUSTER_TITLE_LIMIT = 80;
export const CLUSTER_SUMMARY_LIMIT = 300;

/** The branch of a fix: `soulcaster/cluster-{id}-{slug}`, with `-r2`, `-r3` … for later attempts. */
export function fixBranch(clusterId: string, title: string, attempt: number): string {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  const suffix = attempt > 1 ? `-r${attempt}` : "";
  return `soulcaster/cluster-${clusterId}${slug ? `-${slug}` : ""}${suffix}`;
}
