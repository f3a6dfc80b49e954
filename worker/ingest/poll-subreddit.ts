import { systemActor } from "../domain/actor";
import { NO_COUNTS, sumCounts, type RedditSort, type SourceCounts } from "../domain/polling";
import { runBatch } from "../store/db";
import { addCounts, findPollTarget, saveCursor } from "../store/polls";
import { takeReddit } from "./add-reddit";
import type { IngestDeps } from "./deps";
import { speaksOf } from "./sources/reddit/filter";
import { memoryOf, remember, seenThing, type Memory, type SeenThing } from "./sources/reddit/seen";

export type SubredditPoll = {
  projectId: string;
  sourceId: string;
  subreddit: string;
  keywords: readonly string[];
  sorts: readonly RedditSort[];
};

/** Reddit lists 1,000 things at most, 100 a page. The first time one page is enough: we are no archive. */
const MOST_PAGES = 10;
/** Things may appear late below newer ones (a moderator approves them): this many seconds are read again. */
const OVERLAP_SECONDS = 600;
/** How many are handed on at once. */
const CHUNK = 100;

/**
 * Reads a subreddit's posts, in each of the sorts, and its comments; hands on what is new or changed and speaks of a keyword,
 * and what is gone. What was judged is remembered with each page; the time down to which a listing was read moves only when it
 * was read without a gap, so that a page that fails is read again. Throws `ForeignError`.
 */
export async function pollSubreddit(deps: IngestDeps, poll: SubredditPoll): Promise<SourceCounts> {
  const { projectId, sourceId, subreddit } = poll;
  const row = await findPollTarget(deps.db, projectId, sourceId, subreddit);
  const state = { memory: memoryOf(row?.cursor), counts: { ...NO_COUNTS } };
  const names = [...poll.sorts, "comments" as const];
  for (const [index, name] of names.entries()) {
    await readListing(deps, poll, name, state, index === names.length - 1);
  }
  return state.counts;
}

type State = { memory: Memory; counts: SourceCounts };

async function readListing(
  deps: IngestDeps,
  poll: SubredditPoll,
  name: RedditSort | "comments",
  state: State,
  isLast: boolean,
): Promise<void> {
  const byTime = name === "new" || name === "comments";
  const frontier = byTime ? state.memory.frontiers[name] : undefined;
  let newest = frontier ?? 0;
  let after: string | null = null;
  for (let pages = 1; ; pages++) {
    const page = await deps.reddit.list({
      path: `/r/${poll.subreddit}/${name}`,
      query: {
        limit: "100",
        ...(after ? { after } : {}),
        ...(name === "top" || name === "controversial" ? { t: "day" } : {}),
      },
    });
    const things = page.things.flatMap((raw) => seenThing(raw) ?? []);
    const times = things.flatMap(({ created }) => created ?? []);
    newest = Math.max(newest, ...times);
    after = page.after;
    const ended =
      !after ||
      !byTime ||
      frontier === undefined ||
      pages === MOST_PAGES ||
      Math.min(...times) <= frontier - OVERLAP_SECONDS;
    if (ended && byTime && newest > 0) {
      state.memory = {
        ...state.memory,
        frontiers: { ...state.memory.frontiers, [name]: newest },
      };
    }
    await takePage(deps, poll, things, state, ended && isLast);
    if (ended) return;
  }
}

/** Hands a page on, then saves in one batch that it was, and the counts. */
async function takePage(
  deps: IngestDeps,
  poll: SubredditPoll,
  things: SeenThing[],
  state: State,
  isLast: boolean,
): Promise<void> {
  const { projectId, sourceId, subreddit } = poll;
  const fresh = things.filter(({ name, mark }) => state.memory.seen[name] !== mark);
  // What was taken away speaks of nothing any more, and must be heard all the same.
  const wanted = fresh.filter((thing) => thing.gone || speaksOf(poll.keywords, thing.text));
  let counts: SourceCounts = { ...NO_COUNTS, filtered: fresh.length - wanted.length };
  for (let at = 0; at < wanted.length; at += CHUNK) {
    const items = wanted.slice(at, at + CHUNK).map(({ raw }) => raw);
    const taken = await takeReddit(
      deps,
      systemActor("poll_reddit", projectId),
      { items },
      sourceId,
    );
    counts = sumCounts(counts, taken.counts);
  }
  state.memory = remember(state.memory, things);
  state.counts = sumCounts(state.counts, counts);
  const target = { projectId, sourceId, target: subreddit };
  await runBatch(deps.db, [
    saveCursor(deps.db, target, state.memory, isLast ? deps.clock() : null),
    addCounts(deps.db, projectId, sourceId, counts),
  ]);
}
