import { z } from "zod";
import { BODY_LIMIT, TITLE_LIMIT, cleanText, type NewFeedback } from "../../../domain/feedback";
import { parseStackText } from "../../../domain/stack-text";
import { batchOf, firstLine } from "../batch";
import { boundJson, faultsOf, malformed } from "../json";
import {
  definedOnly,
  httpUrl,
  isRecord,
  listOf,
  momentOf,
  recordOf,
  textOf,
  type Loose,
} from "../loose";
import type { MappedBatch } from "../source";

const Text = z.union([z.string(), z.number().transform(String)]).nullish();

/**
 * A post (`t3`) or a comment (`t1`), as the listing's `data`, or as a person posts it: `name` (or `external_id`) is the
 * fullname. `edited` is false or a moment, `created_utc` a float of seconds.
 */
const RedditThing = z.looseObject({
  name: z.string().regex(/^t[13]_[a-z0-9]{1,20}$/i, "must be a fullname, t3_… or t1_…"),
  title: Text,
  selftext: Text,
  body: Text,
  author: Text,
  subreddit: Text,
  permalink: Text,
  url: Text,
  created_utc: z.unknown().optional(),
  removed_by_category: Text,
});
type RedditThing = z.infer<typeof RedditThing>;

/**
 * Maps what Reddit lists, or what was posted: one thing, a list, `{ items: […] }` or a whole `Listing`. Each stands on
 * its own. Posts and comments are reports; what was deleted or removed is a change that takes a stored report away;
 * `more` is ignored. Throws `malformed_body` when the body is none of these, or when the one item posted is refused.
 */
export function mapReddit(posted: unknown, now: number): MappedBatch {
  const { things, single } = thingsOf(posted);
  const batch: MappedBatch = { items: [], changes: [], ignored: [], refused: [] };
  for (const [index, raw] of things.entries()) mapThing(batch, index, boundJson(raw), now);
  const fault = single ? batch.refused[0]?.faults[0] : undefined;
  if (fault) throw malformed(fault.path, fault.message);
  return batch;
}

function thingsOf(posted: unknown): { things: unknown[]; single: boolean } {
  const children = recordOf(recordOf(posted).data).children;
  if (Array.isArray(children)) return { things: children, single: false };
  const { items, single } = batchOf(posted);
  return { things: items, single };
}

function mapThing(batch: MappedBatch, index: number, raw: unknown, now: number): void {
  const kind = textOf(recordOf(raw).kind);
  if (kind && kind !== "t1" && kind !== "t3" && isRecord(recordOf(raw).data)) {
    batch.ignored.push({ index, reason: cleanText(kind, 40) });
    return;
  }
  const parsed = RedditThing.safeParse(flat(raw, kind));
  if (!parsed.success) {
    batch.refused.push({ index, faults: faultsOf(parsed.error) });
    return;
  }
  const thing = parsed.data;
  const gone = goneBecause(thing);
  if (gone) {
    const change = { action: "deleted", at: now, by: null, reason: gone } as const;
    batch.changes.push({ index, externalId: thing.name.toLowerCase(), change });
  } else if (textIn(thing) === "" && !thing.title) {
    batch.refused.push({
      index,
      faults: [{ path: "body", message: "title or body must have text" }],
    });
  } else batch.items.push({ index, item: mapItem(thing, now) });
}

/** Unwraps `{kind, data}`, and finds the fullname where only an id is given. */
function flat(raw: unknown, kind: string | undefined): unknown {
  if (!isRecord(raw)) return raw;
  const data: Loose = isRecord(raw.data) ? raw.data : raw;
  const metadata = recordOf(data.metadata);
  const id = textOf(data.id);
  const prefix = kind ?? (data.selftext !== undefined || data.title ? "t3" : "t1");
  const given = textOf(data.name) ?? textOf(data.external_id);
  const name = given ?? (id && (id.includes("_") ? id : `${prefix}_${id}`));
  return { ...metadata, ...data, name };
}

/** Why a thing is gone, or null. A removed post may still carry its text; a deleted one never does. */
export function goneBecause(
  thing: Pick<RedditThing, "removed_by_category" | "selftext" | "body">,
): string | null {
  if (thing.removed_by_category) return cleanText(thing.removed_by_category, 60);
  const text = (thing.selftext || thing.body || "").trim();
  if (text === "[removed]") return "removed";
  return text === "[deleted]" ? "deleted" : null;
}

/** The text of a thing. A crosspost's is that of the post it repeats. */
function textIn(thing: RedditThing): string {
  const original = recordOf(listOf(thing.crosspost_parent_list)[0]);
  const text = thing.selftext || thing.body || textOf(original.selftext) || "";
  return cleanText(text, BODY_LIMIT);
}

function mapItem(thing: RedditThing, now: number): NewFeedback {
  const isComment = thing.name.toLowerCase().startsWith("t1_");
  const body = textIn(thing);
  const title = (!isComment && cleanText(thing.title ?? "", TITLE_LIMIT)) || firstLine(body);
  return {
    source: "reddit",
    external_id: thing.name.toLowerCase(),
    title,
    body: body || title,
    raw_text: cleanText(isComment || !body ? body || title : `${title}\n\n${body}`, BODY_LIMIT),
    metadata: metadataOf(thing, body, isComment, now),
    created_at: momentOf(now, thing.created_utc, thing.created_at),
  };
}

function metadataOf(
  thing: RedditThing,
  body: string,
  isComment: boolean,
  now: number,
): NewFeedback["metadata"] {
  const permalink = cut(thing.permalink);
  const path = permalink?.startsWith("/") ? `https://www.reddit.com${permalink}` : permalink;
  return definedOnly({
    url: httpUrl(path),
    author: cut(thing.author),
    subreddit: cut(thing.subreddit),
    permalink,
    created_utc: Math.floor(momentOf(now, thing.created_utc, thing.created_at) / 1000),
    kind: isComment ? "comment" : "post",
    link: isComment ? undefined : httpUrl(thing.url),
    score: typeof thing.score === "number" ? thing.score : undefined,
    comments: typeof thing.num_comments === "number" ? thing.num_comments : undefined,
    flair: cut(textOf(thing.link_flair_text)),
    edited_at: typeof thing.edited === "number" ? momentOf(now, thing.edited) : undefined,
    parent: cut(textOf(thing.parent_id)),
    crash: parseStackText(body) ?? undefined,
  });
}

function cut(text: string | null | undefined): string | undefined {
  return text ? cleanText(text, 500) || undefined : undefined;
}
