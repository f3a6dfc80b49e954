import { z } from "zod";

/** Listings of a subreddit that may be polled, beside its comments. */
export const REDDIT_SORTS = ["new", "hot", "top", "rising", "controversial"] as const;
export type RedditSort = (typeof REDDIT_SORTS)[number];

/** What a report on Reddit must speak of, if the project has no list of its own. */
export const DEFAULT_KEYWORDS: readonly string[] = [
  "bug",
  "broken",
  "error",
  "crash",
  "doesn't work",
  "feature",
];
export const DEFAULT_POLL_MINUTES = 5;

/** `orders`, also written `r/Orders` or `/r/orders/`; names are the same without regard to case. */
export const SubredditName = z
  .string()
  .trim()
  .transform((name) =>
    name
      .replace(/^\/?r\//i, "")
      .replace(/\/+$/, "")
      .toLowerCase(),
  )
  .pipe(
    z.string().regex(/^[a-z0-9][a-z0-9_]{1,20}$/, "must be a subreddit's name, such as shopapp"),
  );

const once = <T>(list: T[]) => [...new Set(list)];

/** Up to 50 subreddits, each once. */
export const SubredditList = z.array(SubredditName).max(50).transform(once);

/**
 * What a project may set for Reddit. `subreddits: null` means the installation's own list (`REDDIT_SUBREDDITS`). An empty
 * list of keywords lets everything through.
 */
export const RedditSettings = z.object({
  subreddits: SubredditList.nullable(),
  keywords: z.array(z.string().trim().min(1).max(100)).max(100).transform(once),
  interval_minutes: z.number().int().min(1).max(60),
  sorts: z.array(z.enum(REDDIT_SORTS)).min(1).max(REDDIT_SORTS.length).transform(once),
});
export type RedditSettings = z.infer<typeof RedditSettings>;

/** The settings of a project that has set nothing. */
export const DEFAULT_REDDIT: RedditSettings = {
  subreddits: null,
  keywords: [...DEFAULT_KEYWORDS],
  interval_minutes: DEFAULT_POLL_MINUTES,
  sorts: ["new"],
};

/** What became of the reports that a source brought. `filtered`: understood, and not wanted. */
export type SourceCounts = {
  accepted: number;
  duplicate: number;
  filtered: number;
  refused: number;
};

export const NO_COUNTS: SourceCounts = { accepted: 0, duplicate: 0, filtered: 0, refused: 0 };

export function sumCounts(one: SourceCounts, other: SourceCounts): SourceCounts {
  return {
    accepted: one.accepted + other.accepted,
    duplicate: one.duplicate + other.duplicate,
    filtered: one.filtered + other.filtered,
    refused: one.refused + other.refused,
  };
}

/** How far one repository or subreddit has been read; what is in it is the adapter's affair. */
export type PollCursor = Record<string, unknown>;
