import { Form, Link, useNavigation } from "@remix-run/react";
import type { EvidenceView, RunLogPage, RunView } from "../../api.server";
import { pullLabel, safeUrl } from "../../lib/safe-url";
import { duration } from "../../lib/time";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/notice";
import { Time } from "../../ui/time";
import { Decision } from "./decision";
import { EvidencePanel } from "./evidence-panel";
import { isAgent, isUnderWay, RunBadge, RUNNER_LABELS } from "./run-badge";
import { RunLog } from "./run-log";
import { FollowUpForm, Guidance, PauseForm, RedirectForm, RetryForm } from "./steer-forms";

type Props = {
  run: RunView;
  log: RunLogPage;
  evidence: EvidenceView | null;
  mayCancel: boolean;
  mayOpen: boolean;
  /** Whether another run of the cluster is under way. */
  live: boolean;
};

/** One run: how far it is, what came of it and what proves it, and its log. */
export function RunPanel({ run, log, evidence, mayCancel, mayOpen, live }: Props) {
  const pull = safeUrl(run.pr_url);
  const busy = useNavigation().formData?.get("intent") === "cancel";
  return (
    <article className="run-panel" aria-label={`Run ${run.attempt}`}>
      <div className="run-line">
        <RunBadge status={run.status} waiting_for={run.waiting_for} />
        <span>{RUNNER_LABELS[run.runner]}</span>
        <span>
          <Time at={run.created_at} />
        </span>
        {run.finished_at ? <span>took {duration(run.created_at, run.finished_at)}</span> : null}
        <span>{money(spentBy(run))}</span>
        <span className="run-actions">
          {run.artifact_url ? (
            <a
              className="button button-quiet"
              href={`/p/${run.project_id}/runs/${run.id}/patch`}
              download
            >
              <Icon name="down" />
              Patch
            </a>
          ) : null}
          {mayCancel && (run.status === "running" || run.status === "pending") ? (
            <PauseForm run={run} />
          ) : null}
          {mayCancel && isUnderWay(run.status) && run.waiting_for !== "decision" ? (
            <Form method="post" preventScrollReset>
              <input type="hidden" name="run" value={run.id} />
              <Button look="danger" name="intent" value="cancel" busy={busy}>
                Cancel run
              </Button>
            </Form>
          ) : null}
        </span>
      </div>
      {pull ? (
        <a className="pull-banner" href={pull} target="_blank" rel="noreferrer noopener">
          <Icon name="pull" />
          <span>
            {PULL_WORDS[run.pr_state ?? "open"]} {pullLabel(pull)}
            {run.branch ? <code>{run.branch}</code> : null}
          </span>
          <Icon name="link" />
        </a>
      ) : null}
      <Guidance run={run} />
      {run.queue_position !== null ? (
        <Notice tone="plain">
          In the queue, place {run.queue_position}: the project’s other runs come first.
        </Notice>
      ) : null}
      {run.waiting_for === "decision" ? (
        <Decision run={run} mayRaise={mayOpen} maySteer={mayCancel} />
      ) : null}
      {run.error ? (
        <Notice tone={run.status === "waiting" ? "plain" : "bad"}>
          <span dir="auto">{run.error}</span>
        </Notice>
      ) : run.waiting_for === "approval" ? (
        <Notice tone="plain">This run waits for a person. Approve the plan and it goes on.</Notice>
      ) : null}
      {mayCancel && run.status === "running" && isAgent(run.runner) ? (
        <RedirectForm run={run} />
      ) : null}
      {evidence ? <EvidencePanel run={run} evidence={evidence} mayOpen={mayOpen} /> : null}
      {mayCancel && !live && !isUnderWay(run.status) ? (
        run.pr_state === "open" ? (
          <FollowUpForm run={run} />
        ) : run.pr_state === null && run.artifact_url ? (
          <RetryForm run={run} />
        ) : null
      ) : null}
      {run.waiting_for === "approval" && log.events.length === 0 ? null : (
        <RunLog key={run.id} run={run} first={log} />
      )}
    </article>
  );
}

const PULL_WORDS: Record<NonNullable<RunView["pr_state"]>, string> = {
  open: "Draft pull request",
  merged: "Merged pull request",
  closed: "Closed pull request",
};

/** The runs of a cluster, newest first, as links that select one. */
export function RunPicker({ runs, selected }: { runs: RunView[]; selected: string }) {
  return (
    <nav className="run-picker" aria-label="Runs of this cluster">
      {runs.map((run) => (
        <Link
          key={run.id}
          to={`?run=${run.id}`}
          preventScrollReset
          aria-current={run.id === selected ? "true" : undefined}
        >
          <span className="number">{run.attempt}</span>
          <RunBadge status={run.status} waiting_for={run.waiting_for} />
        </Link>
      ))}
    </nav>
  );
}

/** The record has a run's cost once it has ended or paused; until then what it has used tells. */
function spentBy({ status, used, spent_micro_usd }: RunView): number {
  return isUnderWay(status) ? (used?.micro_usd ?? spent_micro_usd) : spent_micro_usd;
}

/** A run's cost, from millionths of a US dollar. */
export function money(microUsd: number): string {
  if (microUsd === 0) return "no model cost";
  return `$${(microUsd / 1_000_000).toFixed(microUsd < 10_000 ? 4 : 2)}`;
}
