import { z } from "zod";
import {
  BODY_LIMIT,
  FeedbackMetadata,
  TITLE_LIMIT,
  cleanText,
  type NewFeedback,
} from "../../../domain/feedback";
import { parseStackText } from "../../../domain/stack-text";
import { BATCH_LIMIT, batchOf, firstLine } from "../batch";
import { boundJson, faultsOf, malformed } from "../json";
import { definedOnly, httpUrl, momentOf, restOf, type Loose } from "../loose";
import type { MappedBatch } from "../source";

/** How much of an item's own metadata, and of its unknown fields, is kept: units of JSON each. */
const METADATA_LIMIT = 32_768;

const Text = z.union([z.string(), z.number().transform(String)]);
const Id = Text.pipe(z.string().trim().min(1).max(500));

/** One item of `POST /ingest/manual` and `POST /feedback`. Other fields are kept in its metadata. */
export const ManualItem = z
  .looseObject({
    title: Text.nullish().describe("Default: the body's first line, up to 80 characters."),
    body: Text.nullish().describe("What was reported. Title or body must have text."),
    external_id: Id.nullish().describe(
      "The same id is the same item. Default: a hash of title and body.",
    ),
    created_at: Text.nullish().describe(
      "ISO 8601, or seconds or milliseconds since 1970. Default: now.",
    ),
    metadata: z.record(z.string(), z.unknown()).nullish(),
    url: Text.nullish().describe("Where the report can be seen, http or https."),
    author: Text.nullish(),
  })
  .refine((item) => hasText(item.title) || hasText(item.body), {
    message: "title or body must have text",
    path: ["body"],
  });
export type ManualItem = z.infer<typeof ManualItem>;

/** One item, a list of at most 1,000, or `{ items: […] }` with such a list. */
export const ManualBody = z.union([
  ManualItem,
  z.array(ManualItem).min(1).max(BATCH_LIMIT),
  z.object({ items: z.array(ManualItem).min(1).max(BATCH_LIMIT) }),
]);

/**
 * Maps what was posted, each item on its own: a refused one does not stop the others. An item without `external_id` gets
 * `sha256:{hex of title, NUL, body}`, so that posting the same text twice is one item. A crash is read from `metadata.crash`
 * or from a stack trace in the body. Throws `malformed_body` when the body is neither an item nor a batch, or is a batch
 * of none or of more than 1,000, or when the one item posted is refused.
 */
export async function mapManual(posted: unknown, now: number): Promise<MappedBatch> {
  const { items, single } = batchOf(posted);
  const batch: MappedBatch = { items: [], changes: [], ignored: [], refused: [] };
  for (const [index, raw] of items.entries()) {
    const parsed = ManualItem.safeParse(boundJson(raw));
    if (parsed.success) batch.items.push({ index, item: await mapItem(parsed.data, now) });
    else batch.refused.push({ index, faults: faultsOf(parsed.error) });
  }
  const fault = single ? batch.refused[0]?.faults[0] : undefined;
  if (fault) throw malformed(fault.path, fault.message);
  return batch;
}

const KNOWN: ReadonlySet<string> = new Set(Object.keys(ManualItem.shape));

async function mapItem(raw: ManualItem, now: number): Promise<NewFeedback> {
  const text = raw.body ?? "";
  const body = cleanText(text, BODY_LIMIT);
  const given = cleanText(raw.title ?? "", TITLE_LIMIT);
  const title = given || firstLine(body);
  return {
    source: "manual",
    external_id: raw.external_id ? cleanText(raw.external_id, 500) : await contentId(given, body),
    title,
    body: body || title,
    raw_text: cleanText(given ? `${given}\n\n${text}` : text, BODY_LIMIT),
    metadata: metadataOf(raw, body),
    created_at: momentOf(now, raw.created_at),
  };
}

function metadataOf(raw: ManualItem, body: string): FeedbackMetadata {
  const own = typedFields(restOf(raw.metadata ?? {}, new Set(), METADATA_LIMIT) ?? {});
  return definedOnly({
    ...typedFields(restOf(raw, KNOWN, METADATA_LIMIT) ?? {}),
    ...own,
    url: httpUrl(raw.url) ?? httpUrl(own.url),
    author: raw.author ? cleanText(raw.author, 200) : own.author,
    crash: own.crash ?? parseStackText(body) ?? undefined,
  });
}

/** Fields that the rest of the product reads are kept only in their right types; all others stay as they are. */
function typedFields(fields: Loose): FeedbackMetadata {
  const typed = { ...fields };
  for (const [name, schema] of Object.entries(FeedbackMetadata.shape)) {
    if (name in typed && !schema.safeParse(typed[name]).success) delete typed[name];
  }
  return typed;
}

function hasText(text: string | null | undefined): boolean {
  return !!text && cleanText(text, BODY_LIMIT) !== "";
}

async function contentId(title: string, body: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${title}\u0000${body}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `sha256:${hex}`;
}
