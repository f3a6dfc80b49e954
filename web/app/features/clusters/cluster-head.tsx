import { Link } from "@remix-run/react";
import type { ClusterDetail, SourceKind } from "../../api.server";
import { counted, formatCount, reportsAndEvents } from "../../lib/count";
import { pullLabel, safeUrl } from "../../lib/safe-url";
import { Badge } from "../../ui/badge";
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
        {cluster.assignee ? (
          <li>
            for <Words>{cluster.assignee}</Words>
          </li>
        ) : null}
        {cluster.labels.map((label) => (
          <li key={label}>
            <Badge tone="quiet">
              <Words>{label}</Words>
            </Badge>
          </li>
        ))}
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
      {cluster.merged_clusters.length > 0 ? <MergedClusters cluster={cluster} base={base} /> : null}
      {cluster.ignore ? <Ignored ignore={cluster.ignore} /> : null}
      <AfterFix cluster={cluster} />
      {cluster.status === "failed" && cluster.error_message ? (
        <Notice tone="bad">
          The last fix failed: <Words>{cluster.error_message}</Words>
        </Notice>
      ) : null}
    </header>
  );
}

/** What became of the last fix: merged and watched, come back, or not merged. */
function AfterFix({ cluster }: Pick<Props, "cluster">) {
  const failed = safeUrl(cluster.regressed_pr_url);
  if (cluster.status === "merged" && cluster.soak_until)
    return (
      <Notice tone="good">
        The fix is merged. Quiet until <Time at={cluster.soak_until} />, it counts as resolved.
      </Notice>
    );
  if (failed && ["regressed", "fixing", "pr_opened", "failed"].includes(cluster.status))
    return (
      <Notice tone="bad">
        It came back after <OutLink href={failed}>pull request {pullLabel(failed)}</OutLink> was
        merged: that fix did not hold.
      </Notice>
    );
  const why = ["new", "pr_opened"].includes(cluster.status) ? cluster.error_message : null;
  return why ? (
    <Notice tone="plain">
      <Words>{why}</Words>
    </Notice>
  ) : null;
}

/** What went into this cluster keeps its plans, runs and pull requests: they are one click away. */
function MergedClusters({ cluster, base }: Props) {
  return (
    <details className="merged-clusters">
      <summary>{counted(cluster.merged_clusters.length, "cluster")} went into this one</summary>
      <ul>
        {cluster.merged_clusters.map((one) => {
          const pull = safeUrl(one.github_pr_url);
          return (
            <li key={one.id}>
              <Link to={`${base}/clusters/${one.id}`}>
                <Words>{one.title}</Words>
              </Link>{" "}
              {pull ? <OutLink href={pull}>Pull request {pullLabel(pull)}</OutLink> : null}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function Ignored({ ignore }: { ignore: NonNullable<ClusterDetail["ignore"]> }) {
  return (
    <Notice tone="plain">
      Ignored: <Words>{ignore.reason}</Words>
      {ignore.until ? (
        <>
          {" "}
          Until <Time at={ignore.until} />.
        </>
      ) : null}
      {ignore.until_reports === null
        ? null
        : ` It wakes up with ${formatCount(ignore.until_reports)} reports.`}
    </Notice>
  );
}
