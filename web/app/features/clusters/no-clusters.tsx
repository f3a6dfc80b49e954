import { Link } from "@remix-run/react";
import type { ClusterStatus, StatsView } from "../../api.server";
import { counted } from "../../lib/count";
import { ButtonLink } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { CLUSTER_LOOKS } from "./cluster-badge";

type Props = {
  stats: StatsView;
  status: ClusterStatus | undefined;
  grouped: boolean;
  paged: boolean;
};

/** Why the list is empty, and what to do about it. */
export function NoClusters({ stats, status, grouped, paged }: Props) {
  const reports = Object.values(stats.feedback_by_source).reduce(
    (total, count) => total + count,
    0,
  );
  if (paged) {
    return (
      <EmptyState icon="inbox" title="That was the last page">
        <p>
          <Link to="?">Back to the newest</Link>
        </p>
      </EmptyState>
    );
  }
  if (reports === 0) {
    return (
      <EmptyState icon="inbox" title="No reports have come in yet">
        <p>Connect a source and send a test event, or write the first report yourself.</p>
        <p className="empty-actions">
          <ButtonLink look="primary" icon="plug" to="sources">
            Connect a source
          </ButtonLink>
          <ButtonLink icon="manual" to="reports/new">
            Add a report
          </ButtonLink>
        </p>
      </EmptyState>
    );
  }
  if (status || grouped) {
    const what = status ? `“${CLUSTER_LOOKS[status].label}”` : "more than one report";
    return (
      <EmptyState icon="inbox" title={`No cluster ${status ? "is" : "has"} ${what}`}>
        <p>
          {counted(reports, "report")} came in so far. <Link to="?">Show all clusters</Link>
        </p>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="clock" title="Reports are in, clusters come in a moment">
      <p>
        {counted(reports, "report")} came in and {counted(stats.unclustered, "is", "are")} waiting
        to be grouped. This page fills by itself.
      </p>
    </EmptyState>
  );
}
