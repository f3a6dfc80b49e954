import { z } from "zod";
import { isRecord, listOf, recordOf, textOf } from "../loose";
import { goneBecause } from "./map";

/**
 * What is remembered of a subreddit between polls: `seen` has the things that were taken or passed over, each with a mark of
 * its text, so that nothing is judged and counted twice unless it changed; `frontiers` has for each listing the time
 * (Unix seconds) down to which it was read without a gap.
 */
const Memory = z.object({
  seen: z.record(z.string(), z.string()).catch({}).default({}),
  frontiers: z.record(z.string(), z.number()).catch({}).default({}),
});
export type Memory = z.infer<typeof Memory>;

const SEEN_LIMIT = 1_500;

export function memoryOf(cursor: unknown): Memory {
  return Memory.parse(recordOf(cursor));
}

/** The newest memories are kept; a thing that is seen again is new again. */
export function remember(memory: Memory, things: readonly SeenThing[]): Memory {
  const seen = new Map(Object.entries(memory.seen));
  for (const { name, mark } of things) {
    seen.delete(name);
    seen.set(name, mark);
  }
  const entries = [...seen].slice(-SEEN_LIMIT);
  return { ...memory, seen: Object.fromEntries(entries) };
}

/** A post or comment of a listing as far as the poller must know it. `text` is what keywords are looked for in. */
export type SeenThing = {
  name: string;
  mark: string;
  text: string;
  /** Deleted by its author, or removed. */
  gone: boolean;
  /** Unix seconds; null when it cannot be read. */
  created: number | null;
  raw: unknown;
};

/** Reads a listing's child; null for `more` and what has no name. */
export function seenThing(raw: unknown): SeenThing | null {
  const { kind, data } = recordOf(raw);
  if ((kind !== "t1" && kind !== "t3") || !isRecord(data)) return null;
  const name = textOf(data["name"])?.toLowerCase();
  if (!name) return null;
  const original = recordOf(listOf(data["crosspost_parent_list"])[0]);
  const texts = [data["title"], data["selftext"], data["body"], original["selftext"]].map(
    (part) => textOf(part) ?? "",
  );
  const text = texts.join("\n");
  const created = data["created_utc"];
  const gone = goneBecause({
    selftext: textOf(data["selftext"]),
    body: textOf(data["body"]),
    removed_by_category: textOf(data["removed_by_category"]),
  });
  return {
    name,
    mark: markOf(`${text}\n${gone ?? ""}`),
    text,
    gone: gone !== null,
    created: typeof created === "number" && Number.isFinite(created) ? created : null,
    raw,
  };
}

/** FNV-1a of 32 bits, in base 36: enough to see that a text changed. */
function markOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
