import { Link } from "@remix-run/react";
import type { RunView } from "../../api.server";
import { pullLabel, safeUrl } from "../../lib/safe-url";
import { duration } from "../../lib/time";
import { Icon } from "../../ui/icon";
import { Time } from "../../ui/time";
import { money } from "./run-panel";
import { RunBadge, RUNNER_LABELS } from "./run-badge";

/** One run in the list of all; `title`: of its cluster, where it is known. */
export function RunRow({ run, title }: { run: RunView; title: string | undefined }) {
  const pull = safeUrl(run.pr_url);
  const cluster = `/p/${run.project_id}/clusters/${run.cluster_id}`;
  return (
    <li className="row run-row">
      <span className="row-status">
        <RunBadge status={run.status} waiting_for={run.waiting_for} />
      </span>
      <div className="row-text">
        <Link className="row-link" to={`${cluster}?run=${run.id}`} data-row>
          <bdi className="words" dir="auto">
            {title ?? "A cluster further back"}
          </bdi>
        </Link>
        <p>
          <bdi dir="auto">{run.error ?? run.branch ?? ""}</bdi>
        </p>
      </div>
      <span className="row-runner">
        {RUNNER_LABELS[run.runner]}
        <span className="faint">attempt {run.attempt}</span>
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
        <Time at={run.created_at} />
        <span className="faint">
          {run.finished_at ? duration(run.created_at, run.finished_at) : money(run.spent_micro_usd)}
        </span>
      </span>
    </li>
  );
}
