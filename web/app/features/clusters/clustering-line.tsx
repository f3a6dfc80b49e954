import { Form, Link, useNavigation } from "@remix-run/react";
import type { ClusteringStatus } from "../../api.server";
import { counted } from "../../lib/count";
import { Button } from "../../ui/button";
import { Time } from "../../ui/time";

/** What the brain is doing, in one line. `mayStart`: the person may start a cluster job, and cancel it. */
export function ClusteringLine(props: { status: ClusteringStatus; mayStart: boolean }) {
  const { status, mayStart } = props;
  const busy = useNavigation().formMethod === "POST";
  return (
    <div className="clustering-line">
      <span className={status.running ? "pulse-dot" : "still-dot"} aria-hidden="true" />
      <output>
        <Doing status={status} />
      </output>
      {mayStart && !status.running && status.unclustered > 0 ? (
        <Form method="post" preventScrollReset>
          <Button look="quiet" busy={busy}>
            Group now
          </Button>
        </Form>
      ) : null}
      {mayStart && status.running && status.last_job ? (
        <Form method="post" preventScrollReset>
          <input type="hidden" name="id" value={status.last_job.id} />
          <Button look="quiet" name="intent" value="cancel" busy={busy}>
            Cancel
          </Button>
        </Form>
      ) : null}
      {mayStart && status.last_job ? <Link to="grouping">Try other lines</Link> : null}
    </div>
  );
}

function Doing({ status }: { status: ClusteringStatus }) {
  const { running, unclustered, oldest_unclustered_at: oldest, last_job: job } = status;
  const waiting = counted(unclustered, "report");
  if (running) return <>Grouping now{unclustered > 0 ? `: ${waiting} to place` : ""}.</>;
  if (job?.status === "failed") {
    return (
      <>
        The last grouping failed <Time at={job.finished_at ?? job.created_at} />:{" "}
        {job.error ?? "no reason was given"}
        {unclustered > 0 ? `. ${waiting} waiting.` : ""}
      </>
    );
  }
  if (job?.status === "cancelled") {
    return (
      <>
        The last grouping was cancelled <Time at={job.finished_at ?? job.created_at} />
        {unclustered > 0 ? `: ${waiting} waiting for the next` : ""}.
      </>
    );
  }
  if (unclustered > 0) {
    return (
      <>
        {waiting} waiting to be grouped
        {oldest ? (
          <>
            , the oldest came <Time at={oldest} />
          </>
        ) : null}
        .
      </>
    );
  }
  if (!job) return <>Nothing to group yet.</>;
  const { clustered, new_clusters: fresh } = job.stats;
  return (
    <>
      All reports are grouped. Last <Time at={job.finished_at ?? job.created_at} />:{" "}
      {counted(clustered, "report")} placed, {counted(fresh, "new cluster")}.
    </>
  );
}
