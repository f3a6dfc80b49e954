import type { RedditSort } from "../../api.server";

/** The sorts in words: total, so that a new one does not compile without its word. */
export const SORT_WORDS: Record<RedditSort, string> = {
  new: "New",
  hot: "Hot",
  top: "Top of the day",
  rising: "Rising",
  controversial: "Controversial",
};

export const SORTS = Object.keys(SORT_WORDS) as RedditSort[];
