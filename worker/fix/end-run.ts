import type { ProjectActor } from "../domain/actor";
import type { ClusterEvent, ClusterStatus } from "../domain/cluster";
import { moveCluster } from "../store/cluster-status";
import { auditStatement } from "../store/commit";
import { runBatch } from "../store/db";
import { isLiveRun } from "../domain/run";
import { endedJustNow, findRun, moveRun, type RunRow } from "../store/runs";
import { logFailure } from "../kit/log";
import { archiveLog } from "./archive-log";
import type { FixDeps } from "./deps";
import { sendNext } from "./run-queue";

/** How a run ends: with a pull request, with a reason, or cancelled. */
export type RunEnd =
  | { status: "succeeded"; prUrl: string; prNumber: number; branch: string; headSha: string }
  | { status: "failed"; error: string }
  | { status: "cancelled" };

type EndDeps = Pick<FixDeps, "db" | "clock" | "archive" | "runLog" | "broadcastRun" | "sendRun">;

type Next = { event: ClusterEvent; to: ClusterStatus };

const CLUSTER_AFTER: Record<RunEnd["status"], Next> = {
  succeeded: { event: "pr_opened", to: "pr_opened" },
  failed: { event: "fix_failed", to: "failed" },
  cancelled: { event: "fix_cancelled", to: "new" },
};

/** A run that adds to a pull request leaves it open, whatever becomes of the run. */
const AFTER_FOLLOW_UP: Next = { event: "follow_up_ended", to: "pr_opened" };

/** Ends a run and moves its cluster in one transaction; a run that has ended already stays as it is, and its end is told once. */
export async function endRun(
  deps: EndDeps,
  who: ProjectActor,
  run: RunRow,
  end: RunEnd,
): Promise<void> {
  const now = deps.clock();
  const adds = run.followUp !== null && end.status !== "succeeded";
  const { event, to } = adds ? AFTER_FOLLOW_UP : CLUSTER_AFTER[end.status];
  const spentMicroUsd = await deps.runLog(run.id).spent();
  const shared = {
    updatedAt: now,
    finishedAt: now,
    spentMicroUsd,
    asked: null,
    waitingFor: null,
  };
  const runChanges =
    end.status === "succeeded"
      ? {
          ...shared,
          prUrl: end.prUrl,
          prNumber: end.prNumber,
          prState: "open" as const,
          headSha: end.headSha,
        }
      : { ...shared, error: end.status === "failed" ? end.error : null };
  const clusterChanges =
    end.status === "succeeded"
      ? {
          githubPrUrl: end.prUrl,
          githubPrNumber: end.prNumber,
          githubBranch: end.branch,
          errorMessage: null,
          updatedAt: now,
        }
      : { errorMessage: end.status === "failed" ? end.error : null, updatedAt: now };
  await runBatch(deps.db, [
    moveRun(deps.db, who.projectId, run.id, end.status, runChanges),
    moveCluster(
      deps.db,
      who.projectId,
      run.clusterId,
      event,
      to,
      clusterChanges,
      endedJustNow(run.id, end.status, now),
    ),
    auditStatement(deps.db, who, now, { action: `run.${end.status}`, target: `run:${run.id}` }),
  ]);
  const ended = await findRun(deps.db, who.projectId, run.id);
  if (ended && !isLiveRun(ended.status)) await tellEnd(deps, ended);
}

/** Tells the log, the sockets and the queue that a run has ended, and archives the log. It is said once, however often this is called. */
export async function tellEnd(deps: Omit<EndDeps, "clock">, run: RunRow): Promise<void> {
  const { id, projectId, status, prUrl, error } = run;
  const text =
    status === "succeeded"
      ? `Draft pull request: ${prUrl}`
      : status === "failed"
        ? (error ?? "The run has failed.")
        : "The run was cancelled.";
  await deps.runLog(id).append([{ level: 1, stage: "end", kind: "end", text, key: "end" }]);
  await deps.broadcastRun(projectId, id, status);
  await sendNext(deps, projectId);
  await archiveLog(deps, run).catch((cause: unknown) =>
    logFailure("log_not_archived", cause, { run_id: id }),
  );
}
