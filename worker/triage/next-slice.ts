import { findClusterJob } from "../store/cluster-jobs";
import { runSlice, type NextLook } from "./cluster-job";
import type { JobTables } from "./job-tables";
import type { LiveFeed } from "./live-feed";
import type { BrainDeps, ProjectBrain } from "./project-brain";
import { runReembed } from "./reembed-job";
import type { ReembedTables } from "./reembed-tables";
import { runReplay } from "./replay-job";
import type { ReplayTables } from "./replay-tables";

/** The object's work: what it has of each kind, and what it needs for it. */
export type Work = {
  jobs: JobTables;
  replays: ReplayTables;
  reembeds: ReembedTables;
  brain: ProjectBrain;
  feed: LiveFeed;
  deps: Pick<BrainDeps, "db" | "clock" | "outsideIndex">;
};

/** One slice of what is most urgent: what waits to be placed, then embedding anew, then a replay. */
export async function nextSlice(work: Work): Promise<NextLook> {
  const { jobs, brain, feed } = work;
  const { db, clock } = work.deps;
  const projectId = jobs.projectId();
  if (!projectId) return null;
  // An alarm that came for a replay does not hurry an announcement: more reports may follow it.
  const wait = jobs.job() ? 0 : jobs.promisedUntil() - clock();
  const place = {
    db,
    clock,
    projectId,
    tables: jobs,
    placeNext: (jobId: string) => brain.placeNext(projectId, jobId),
    broadcast: feed.send.bind(feed),
  };
  const next = wait > 0 ? wait : await runSlice(place);
  if (next === 0) return next;
  const later = (await reembedSlice(work, projectId)) ?? (await replaySlice(work, projectId));
  return next === null || later === null ? (next ?? later) : Math.min(next, later);
}

async function reembedSlice(
  { reembeds, brain, feed, deps }: Work,
  projectId: string,
): Promise<NextLook> {
  const job = reembeds.job();
  if (!job) return null;
  const { db, clock, outsideIndex } = deps;
  const next = await runReembed({
    db,
    clock,
    projectId,
    tables: reembeds,
    key: await brain.key(projectId),
    brain: () => brain.open(projectId),
    forgetBrain: () => brain.close(),
    outside: (embedder) => outsideIndex(`${projectId}:${embedder}`),
  });
  await tell({ feed, deps }, projectId, job.id);
  return next;
}

async function replaySlice(
  { jobs, replays, brain, feed, deps }: Work,
  projectId: string,
): Promise<NextLook> {
  const replay = replays.replay();
  if (!replay || replay.ended) return null;
  const { db, clock } = deps;
  const opened = await brain.open(projectId);
  const next = await runReplay({ db, clock, projectId, tables: replays, ...opened });
  await tell({ feed, deps }, projectId, replay.id);
  if (next !== null || replay.kind !== "recluster") return next;
  feed.send({ kind: "clusters", id: projectId, status: null });
  // What the regroup has made is described by a job.
  jobs.announce(clock());
  return 0;
}

/** Tells dashboards how a job stands, as the record has it. */
async function tell(
  { feed, deps }: Pick<Work, "feed" | "deps">,
  projectId: string,
  id: string,
): Promise<void> {
  const row = await findClusterJob(deps.db, projectId, id).catch(() => undefined);
  feed.send({ kind: "cluster_job", id, status: row?.status ?? null });
}
