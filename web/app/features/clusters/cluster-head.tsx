import { Link } from "@remix-run/react";
import type { ClusterDetail, SourceKind } from "../../api.server";
import { formatCount, reportsAndEvents } from "../../lib/count";
import { pullLabel, safeUrl } from "../../lib/safe-url";
import { Notice } from "../../ui/notice";
import { OutLink } from "../../ui/out-link";
import { Time } from "../../ui/time";
import { Words } from "../../ui/words";
import { SourceMark } from "../reports/source-mark";
import { ClusterBadge } from "./cluster-badge";
import { SeverityMark } from "./severity-mark";

type Props = { cluster: ClusterDetail; base: string };

/** What is wrong, in one look: the problem, how many people met it, and how far the fix is. */
export function ClusterHead({ cluster, base }: Props) {
  const pull = safeUrl(cluster.github_pr_url);
  const bySource = Object.entries(cluster.counts_by_source) as [SourceKind, number][];
  return (
    <header className="cluster-head">
      <p className="crumb">
        <Link to={base}>Clusters</Link>
      </p>
      <h1>
        <Words>{cluster.title}</Words>
      </h1>
      <p className="lead">
        <Words>{cluster.summary}</Words>
      </p>
      <ul className="facts" aria-label="Facts">
        <li>
          <ClusterBadge status={cluster.status} />
        </li>
        <li>
          <SeverityMark severity={cluster.severity} />
          <span aria-hidden="true">{cluster.severity}</span>
        </li>
        <li>{reportsAndEvents(cluster.count, cluster.occurrences)}</li>
        {bySource.map(([kind, count]) => (
          <li key={kind}>
            <SourceMark kind={kind} /> <span className="number">{formatCount(count)}</span>
          </li>
        ))}
        <li>
          first <Time at={cluster.first_seen_at} />
        </li>
        <li>
          last <Time at={cluster.last_seen_at} />
        </li>
        {pull ? (
          <li>
            <OutLink href={pull}>Pull request {pullLabel(pull)}</OutLink>
          </li>
        ) : null}
      </ul>
      {cluster.merged_into ? (
        <Notice tone="plain">
          This cluster was merged into{" "}
          <Link to={`${base}/clusters/${cluster.merged_into}`}>another one</Link>.
        </Notice>
      ) : null}
      {cluster.status === "failed" && cluster.error_message ? (
        <Notice tone="bad">
          The last fix failed: <Words>{cluster.error_message}</Words>
        </Notice>
      ) : null}
    </header>
  );
}
