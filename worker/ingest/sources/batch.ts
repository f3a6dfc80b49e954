import { cleanText } from "../../domain/feedback";
import { malformed } from "./json";
import { isRecord, recordOf } from "./loose";

/** The most items that are taken in one request. */
export const BATCH_LIMIT = 1_000;
/** A title made from the body is cut here. */
const MADE_TITLE_LIMIT = 80;

/** Splits what was posted into its items; throws when it is no batch of 1 to 1,000. */
export function batchOf(posted: unknown): { items: unknown[]; single: boolean } {
  const items = Array.isArray(posted) ? posted : recordOf(posted).items;
  if (!Array.isArray(items)) {
    if (!isRecord(posted)) throw malformed("", "An item, or a list of items, is expected.");
    if (items !== undefined) throw malformed("items", "A list is expected.");
    return { items: [posted], single: true };
  }
  const path = Array.isArray(posted) ? "" : "items";
  if (items.length === 0) throw malformed(path, "The list is empty.");
  if (items.length > BATCH_LIMIT) {
    throw malformed(path, `At most ${BATCH_LIMIT} items are taken at once.`);
  }
  return { items, single: false };
}

/** The body's first line that has text, up to 80 characters. */
export function firstLine(body: string): string {
  const line = body.split("\n").find((each) => each.trim()) ?? body;
  return cleanText(line, MADE_TITLE_LIMIT);
}
