import type { ProjectActor } from "../domain/actor";
import { runBatch } from "../store/db";
import { findProject } from "../store/projects";
import { upsertPullNews, type PullNewsRow } from "../store/pull-news";
import { findRunByPull } from "../store/runs";
import type { FixDeps } from "./deps";

type News = Omit<PullNewsRow, "projectId"> & { repository: string };

/** Keeps what reviewers and checks say of our pull requests, and tells the dashboards. Others' pull requests are not ours. */
export async function notePullNews(
  deps: Pick<FixDeps, "db" | "broadcastRun">,
  who: ProjectActor,
  news: News[],
): Promise<void> {
  const project = await findProject(deps.db, who.projectId);
  for (const { repository, ...one } of news) {
    if (project?.githubRepo?.toLowerCase() !== repository.toLowerCase()) continue;
    const run = await findRunByPull(deps.db, who.projectId, one.pullNumber);
    if (!run) continue;
    await runBatch(deps.db, [upsertPullNews(deps.db, { ...one, projectId: who.projectId })]);
    await deps.broadcastRun(who.projectId, run.id, run.status);
  }
}
