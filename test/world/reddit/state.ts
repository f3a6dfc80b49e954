import { z } from "zod";

/** A post (`t3_…`) or a comment (`t1_…`) of the played Reddit. */
const SeedThing = z.object({
  name: z.string().regex(/^t[13]_[a-z0-9]+$/),
  subreddit: z.string(),
  title: z.string().default(""),
  /** A post's text, or a comment's. */
  body: z.string().default(""),
  author: z.string().default("somebody"),
  minutesAgo: z.number().optional(),
  created_utc: z.number().optional(),
  edited: z.union([z.literal(false), z.number()]).default(false),
  score: z.number().default(1),
  /** `deleted` is by its author; `removed` by a moderator. `gone` is not even listed by `/api/info`. */
  fate: z.enum(["here", "deleted", "removed", "gone"]).default("here"),
});
export type SeedThing = z.input<typeof SeedThing>;
export const SeedThings = z.array(SeedThing);

export type Thing = z.output<typeof SeedThing> & { created: number };

export type RedditState = {
  things: Map<string, Thing>;
  tokens: Map<string, number>;
  remaining: number;
  expiresIn: number;
};

export function emptyReddit(): RedditState {
  return { things: new Map(), tokens: new Map(), remaining: 600, expiresIn: 86_400 };
}

export const isPost = (thing: Thing) => thing.name.startsWith("t3_");

/** A thing as Reddit lists it with `raw_json=1`; without it, its texts are escaped once. */
export function viewOf(thing: Thing, raw: boolean): Record<string, unknown> {
  const text = (value: string) => (raw ? value : escaped(value));
  const { name, subreddit, created, edited, score } = thing;
  const id = name.slice(3);
  const left = thing.fate === "here" ? null : `[${thing.fate}]`;
  const author = thing.fate === "deleted" ? "[deleted]" : thing.author;
  const common = {
    name,
    id,
    subreddit,
    subreddit_name_prefixed: `r/${subreddit}`,
    author,
    created,
    created_utc: created,
    edited,
    score,
  };
  const title = text(thing.title);
  const permalink = `/r/${subreddit}/comments/${id}/post/`;
  if (!isPost(thing)) {
    const body = left ?? text(thing.body);
    const parent = { link_id: "t3_parent", parent_id: "t3_parent", replies: "" };
    return { ...common, ...parent, body, permalink: `/r/${subreddit}/comments/parent/post/${id}/` };
  }
  return {
    ...common,
    title,
    selftext: left ?? text(thing.body),
    is_self: true,
    permalink,
    url: `https://www.reddit.com${permalink}`,
    num_comments: 0,
    link_flair_text: null,
    removed_by_category:
      thing.fate === "removed" ? "moderator" : thing.fate === "deleted" ? "deleted" : null,
  };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
