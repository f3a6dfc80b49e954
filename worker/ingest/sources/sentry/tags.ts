import { cleanText } from "../../../domain/feedback";
import { isRecord, listOf, textOf } from "../loose";

const TAGS_LIMIT = 100;
const TEXT_LIMIT = 300;

/** Tags as an object: they come as pairs (webhooks), as `{key, value}` (the API) or as an object (SDKs). */
export function sentryTags(value: unknown): Record<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : listOf(value).map(pairOf);
  const tags: Record<string, string> = {};
  for (const [rawKey, rawText] of entries.slice(0, TAGS_LIMIT)) {
    const key = textOf(rawKey);
    const text = textOf(rawText);
    if (!key || key === "__proto__" || text === undefined) continue;
    tags[cleanText(key, TEXT_LIMIT)] = cleanText(text, TEXT_LIMIT);
  }
  return tags;
}

function pairOf(entry: unknown): [unknown, unknown] {
  if (Array.isArray(entry)) return [entry[0], entry[1]];
  return isRecord(entry) ? [entry.key, entry.value] : [undefined, undefined];
}
