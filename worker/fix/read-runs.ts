import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { notFound } from "../domain/errors";
import { reviewOf, type PullReview } from "../domain/pull";
import { RUN_STATUSES } from "../domain/run";
import { listMergedInto } from "../store/clusters";
import { listPullNews } from "../store/pull-news";
import { decodeCursor, toPage, type Page } from "../store/cursor";
import { findRun, findRunByPull, listPending, listRuns, type RunRow } from "../store/runs";
import type { FixDeps } from "./deps";
import {
  toEvidenceView,
  toRunView,
  type EvidenceView,
  type RunLogPage,
  type RunView,
} from "./views";

const TAIL_EVENTS = 200;
const LOG_PAGE = 500;

export const RunQuery = z.object({
  project_id: z.string().optional(),
  cluster_id: z.uuid().optional(),
  status: z.enum(RUN_STATUSES).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

export const LogQuery = z.object({
  project_id: z.string().optional(),
  from: z.coerce.number().int().min(1).default(1),
});

/** A page of runs, newest first, without their logs. Those of a cluster with those of clusters that went into it. */
export async function readRuns(
  deps: FixDeps,
  who: ProjectActor,
  query: z.output<typeof RunQuery>,
): Promise<Page<RunView>> {
  const rows = await listRuns(deps.db, who.projectId, {
    clusterIds: query.cluster_id ? await withMerged(deps, who, query.cluster_id) : undefined,
    status: query.status,
    cursor: decodeCursor(query.cursor),
    limit: query.limit,
  });
  return toPage(
    rows,
    query.limit,
    (row) => ({ at: row.createdAt, id: row.id }),
    (row) => toRunView(row, deps.apiUrl),
  );
}

async function withMerged(deps: FixDeps, who: ProjectActor, id: string): Promise<string[]> {
  return [id, ...(await listMergedInto(deps.db, who.projectId, id)).map((one) => one.id)];
}

/** One run with the tail of its log. */
export async function readRun(deps: FixDeps, who: ProjectActor, id: string): Promise<RunView> {
  const row = await findRun(deps.db, who.projectId, id);
  if (!row) throw notFound("run");
  const log = deps.runLog(id);
  const [logs, use, pending, review] = await Promise.all([
    log.lastLines(TAIL_EVENTS),
    log.use(),
    row.status === "pending" ? listPending(deps.db, who.projectId) : ([] as string[]),
    reviewOfPull(deps, row),
  ]);
  const place = pending.indexOf(id) + 1;
  return toRunView(row, deps.apiUrl, {
    logs,
    use,
    queuePosition: place > 0 ? place : null,
    review,
  });
}

/** What is open on a run's pull request; null when it has none, or none that is open. */
async function reviewOfPull(deps: FixDeps, row: RunRow): Promise<PullReview | null> {
  const { projectId, prNumber, prState } = row;
  if (prNumber === null || prState !== "open") return null;
  const [news, last] = await Promise.all([
    listPullNews(deps.db, projectId, prNumber),
    findRunByPull(deps.db, projectId, prNumber),
  ]);
  return reviewOf(news, last?.followUp ? last.createdAt : 0);
}

/** A run's log from a sequence number on. */
export async function readRunLog(
  deps: FixDeps,
  who: ProjectActor,
  id: string,
  query: z.output<typeof LogQuery>,
): Promise<RunLogPage> {
  if (!(await findRun(deps.db, who.projectId, id))) throw notFound("run");
  const page = await deps.runLog(id).page(query.from, LOG_PAGE);
  return {
    events: page.events.map((event) => ({ ...event, at: new Date(event.at).toISOString() })),
    next_from: page.nextFrom,
    ended: page.ended,
  };
}

/** What the change's tests showed, test by test. */
export async function readEvidence(
  deps: FixDeps,
  who: ProjectActor,
  id: string,
): Promise<EvidenceView> {
  const row = await findRun(deps.db, who.projectId, id);
  if (!row?.evidence) throw notFound("evidence");
  return toEvidenceView(row.evidence);
}

/** The latest patch of a run, whatever became of it. */
export async function readPatch(deps: FixDeps, who: ProjectActor, id: string): Promise<string> {
  const row = await findRun(deps.db, who.projectId, id);
  const stored = row?.artifactKey ? await deps.archive.get(row.artifactKey) : null;
  if (!stored) throw notFound("patch");
  return stored.text();
}
