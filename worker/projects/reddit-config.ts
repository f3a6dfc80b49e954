import { z } from "zod";
import type { ProjectActor } from "../domain/actor";
import { DEFAULT_REDDIT, RedditSettings, SubredditList } from "../domain/polling";
import { derivedId } from "../domain/ids";
import { commit } from "../store/commit";
import { runBatch, type Statement } from "../store/db";
import { findRedditPoll, projectsWithoutReddit, upsertPoll } from "../store/polls";
import { upsertSource } from "../store/sources";
import type { ProjectDeps } from "./deps";

export const RedditConfigView = z.object({
  project_id: z.string(),
  /** What is polled. */
  subreddits: z.array(z.string()),
  /** Whether the list is the installation's (`REDDIT_SUBREDDITS`), because the project has none of its own. */
  is_fallback: z.boolean(),
  keywords: z.array(z.string()),
  interval_minutes: z.number(),
  sorts: RedditSettings.shape.sorts.out,
});
export type RedditConfigView = z.infer<typeof RedditConfigView>;

/**
 * What is left out stays as it is. `subreddits: null` goes back to the installation's list; an empty list polls nothing. A
 * bare list stands for `subreddits`.
 */
export const RedditConfigInput = z.preprocess(
  (value) => (Array.isArray(value) ? { subreddits: value } : value),
  RedditSettings.partial().refine((given) => Object.keys(given).length > 0, {
    message: "Give at least one of subreddits, keywords, interval_minutes, sorts.",
  }),
);
export type RedditConfigInput = z.output<typeof RedditConfigInput>;

export async function readRedditConfig(
  deps: ProjectDeps,
  who: ProjectActor,
): Promise<RedditConfigView> {
  return toView(deps, who.projectId, await storedSettings(deps, who.projectId));
}

/** Changes what is given; the next tick of cron polls by it. */
export async function writeRedditConfig(
  deps: ProjectDeps,
  who: ProjectActor,
  input: RedditConfigInput,
): Promise<RedditConfigView> {
  const before = await storedSettings(deps, who.projectId);
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const after: RedditSettings = { ...before, ...Object.fromEntries(given) };
  const now = deps.clock();
  const view = toView(deps, who.projectId, after);
  await commit(
    deps.db,
    who,
    now,
    await redditStatements(deps, who.projectId, after, now),
    {
      action: "source.configure_reddit",
      target: `project:${who.projectId}`,
      detail: { before, after },
    },
    { status: 200, body: view },
  );
  return view;
}

/** For cron: where the installation has a list, projects without a Reddit source get one that polls it. */
export async function adoptInstallationList(deps: ProjectDeps): Promise<void> {
  if (fallbackSubreddits(deps.settings).length === 0) return;
  const now = deps.clock();
  for (const projectId of await projectsWithoutReddit(deps.db)) {
    await runBatch(deps.db, await redditStatements(deps, projectId, DEFAULT_REDDIT, now));
  }
}

/** `REDDIT_SUBREDDITS`, read leniently: names that are none are left out. */
export function fallbackSubreddits(settings: { REDDIT_SUBREDDITS?: string }): string[] {
  const names = (settings.REDDIT_SUBREDDITS ?? "").split(/[\s,]+/).filter(Boolean);
  const good = names.filter((name) => SubredditList.safeParse([name]).success);
  return SubredditList.parse(good.slice(0, 50));
}

async function storedSettings(deps: ProjectDeps, projectId: string): Promise<RedditSettings> {
  const poll = await findRedditPoll(deps.db, projectId);
  if (!poll?.reddit) return DEFAULT_REDDIT;
  return { ...poll.reddit, interval_minutes: poll.everyMinutes };
}

/** A project has one Reddit source: its id derives from the project's, so that two writers make one. */
async function redditStatements(
  deps: ProjectDeps,
  projectId: string,
  settings: RedditSettings,
  now: number,
): Promise<Statement[]> {
  const { interval_minutes: everyMinutes, ...reddit } = settings;
  const sourceId = await derivedId("reddit source", projectId);
  const source = { id: sourceId, projectId, kind: "reddit" as const, name: "Reddit" };
  return [
    upsertSource(deps.db, { ...source, secretSealed: "", createdAt: now }),
    upsertPoll(deps.db, { sourceId, projectId, everyMinutes, nextAt: now, reddit }),
  ];
}

function toView(deps: ProjectDeps, projectId: string, settings: RedditSettings): RedditConfigView {
  return {
    project_id: projectId,
    subreddits: settings.subreddits ?? fallbackSubreddits(deps.settings),
    is_fallback: settings.subreddits === null,
    keywords: settings.keywords,
    interval_minutes: settings.interval_minutes,
    sorts: settings.sorts,
  };
}
