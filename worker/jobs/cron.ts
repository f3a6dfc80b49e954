import { sweepRuns, STALE_AFTER_MS } from "../fix/begin-run";
import { passSoak } from "../fix/pass-soak";
import { reapSandboxes } from "../fix/reap-sandboxes";
import type { Deps } from "../deps";
import { pollDue } from "../ingest/poll";
import { logFailure } from "../kit/log";
import { adoptInstallationList } from "../projects/reddit-config";
import { forgetOldReplies } from "../store/commit";
import { failStaleJobs, projectsWithStaleJobs } from "../store/cluster-jobs";
import { projectsWithStaleItems } from "../store/placement";
import { listOldErasures } from "../store/erasures";
import { wakeClusters } from "../triage/wake-clusters";
import { forgetEndedSessions } from "../store/users";

/** An item that has waited this long has been forgotten by its object. */
const STALE_ITEM_MS = 30_000;
const STALE_JOB_MS = 120_000;
const STALE_ERASURE_MS = 300_000;

/** The cron expression with which a local start says: nothing that was running can be alive. */
export const START_CRON = "start";

/** Each minute: everything that was dropped is picked up again. One failing part does not stop the others. */
export async function handleCron(cron: string, deps: Deps): Promise<void> {
  const starting = cron === START_CRON;
  const parts: [string, () => Promise<unknown>][] = [
    ["announce", () => announceStale(deps, starting)],
    ["sweep_runs", () => sweepRuns(deps, starting ? 0 : STALE_AFTER_MS)],
    ["reap_sandboxes", () => reapNowAndThen(deps, starting)],
    ["adopt_subreddits", () => adoptInstallationList(deps)],
    ["wake_clusters", () => wakeClusters(deps)],
    ["pass_soak", () => passSoak(deps)],
    ["poll", () => pollDue(deps)],
    ["erase", () => resendErasures(deps, starting)],
    ["forget_sessions", () => forgetEndedSessions(deps.db, deps.clock())],
    ["forget_replies", () => forgetOldReplies(deps.db, deps.clock())],
  ];
  for (const [name, work] of parts) {
    await work().catch((error: unknown) => logFailure("cron_part_failed", error, { part: name }));
  }
}

/** Every five minutes: the sandboxes' service is asked, and it is somebody else's. */
async function reapNowAndThen(deps: Deps, starting: boolean): Promise<void> {
  const due = starting || new Date(deps.clock()).getUTCMinutes() % 5 === 0;
  if (due && deps.settings.E2B_API_KEY) await reapSandboxes(deps);
}

/** Erasures whose message was lost, or that were not done at the first try. */
async function resendErasures(deps: Deps, starting: boolean): Promise<void> {
  const now = deps.clock();
  const old = await listOldErasures(deps.db, starting ? now + 1 : now - STALE_ERASURE_MS);
  for (const { id } of old) await deps.sendErasure(id);
}

/** Tells the objects of projects that have items waiting, or a job without a heartbeat. */
async function announceStale(deps: Deps, starting: boolean): Promise<void> {
  const now = deps.clock();
  const [waiting, stuck] = await Promise.all([
    projectsWithStaleItems(deps.db, starting ? now + 1 : now - STALE_ITEM_MS),
    projectsWithStaleJobs(deps.db, starting ? now + 1 : now - STALE_JOB_MS),
  ]);
  await failStaleJobs(deps.db, now - STALE_JOB_MS, now);
  for (const projectId of new Set([...waiting, ...stuck])) await deps.announce(projectId);
}
