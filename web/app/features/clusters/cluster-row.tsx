import { Link } from "@remix-run/react";
import type { ClusterListItem } from "../../api.server";
import { formatShort, reportsAndEvents } from "../../lib/count";
import { pullLabel, safeUrl } from "../../lib/safe-url";
import { Icon } from "../../ui/icon";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";
import { SourceMark } from "../reports/source-mark";
import { ClusterBadge } from "./cluster-badge";
import { SeverityMark } from "./severity-mark";

/** One problem, in two lines of text at most. The title's link covers the row. */
export function ClusterRow({ cluster }: { cluster: ClusterListItem }) {
  const pull = safeUrl(cluster.github_pr_url);
  return (
    <li className="row cluster-row">
      <SeverityMark severity={cluster.severity} />
      <div className="row-text">
        <Link className="row-link" to={`clusters/${cluster.id}`} data-row>
          <Words>{cluster.title}</Words>
        </Link>
        <p>
          <Words>{cluster.summary}</Words>
        </p>
      </div>
      <span className="row-sources">
        {cluster.sources.map((kind) => (
          <SourceMark key={kind} kind={kind} named={false} />
        ))}
      </span>
      <span className="row-count" title={reportsAndEvents(cluster.count, cluster.occurrences)}>
        {formatShort(cluster.count)}
        <span className="visually-hidden"> {cluster.count === 1 ? "report" : "reports"}</span>
        {cluster.occurrences > cluster.count ? (
          <span className="row-events">
            <span className="visually-hidden">, </span>
            {formatShort(cluster.occurrences)} events
          </span>
        ) : null}
      </span>
      <span className="row-status">
        <ClusterBadge status={cluster.status} />
      </span>
      <span className="row-pull">
        {pull ? (
          <a
            className="pull-link"
            href={pull}
            target="_blank"
            rel="noreferrer noopener"
            aria-label={`Pull request ${pullLabel(pull)}`}
          >
            <Icon name="pull" />
            {pullLabel(pull)}
          </a>
        ) : null}
      </span>
      <span className="row-time">
        <Time at={cluster.last_seen_at} />
      </span>
    </li>
  );
}
