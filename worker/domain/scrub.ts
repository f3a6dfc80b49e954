import type { NewFeedback } from "./feedback";
import { errorLine, frameText } from "./frame-text";
import { parseFrameLine } from "./stack-text";
import { scrubProse } from "./scrub-patterns";
import { DEFAULT_SCRUB_RULES, type ScrubRules } from "./scrub-rules";

export { DEFAULT_SCRUB_RULES, SCRUB_RULES, type ScrubRule, type ScrubRules } from "./scrub-rules";

/** Deeper parts of a document are not stored, so there is nothing to scrub. */
const DEPTH_LIMIT = 60;

/**
 * Replaces personal data and secrets in text: `[email]`, `[ip]`, `[token]`, `[card]`, `[cookie]`, `[authorization]`,
 * `[secret]`. Lines that are stack frames stay as they are; so do versions and file names that look like addresses.
 * Scrubbing what is scrubbed changes nothing more.
 */
export function scrubText(text: string, rules: ScrubRules = DEFAULT_SCRUB_RULES): string {
  return scrubLines(text, rules, new Set());
}

/**
 * Scrubs a report: title, body, raw text and everything in its metadata but the frames and the type of its crash. Lines
 * of body and raw text that repeat one of the crash's frames stay as well.
 */
export function scrubFeedback(
  item: NewFeedback,
  rules: ScrubRules = DEFAULT_SCRUB_RULES,
): NewFeedback {
  const crash = item.metadata.crash;
  const frames = new Set(crash?.frames.map(frameText));
  const metadata = scrubValue(item.metadata, rules) as NewFeedback["metadata"];
  return {
    ...item,
    title: scrubTitle(item, rules),
    body: scrubLines(item.body, rules, frames),
    raw_text: scrubLines(item.raw_text, rules, frames),
    metadata,
  };
}

/** An error's type at the head of a title is a name, whatever it looks like. */
function scrubTitle(item: NewFeedback, rules: ScrubRules): string {
  const type = item.metadata.crash?.type;
  if (!type || !item.title.startsWith(`${type}: `)) return scrubText(item.title, rules);
  return errorLine({ type, message: scrubText(item.title.slice(type.length + 2), rules) });
}

function scrubLines(text: string, rules: ScrubRules, frames: ReadonlySet<string>): string {
  const done: string[] = [];
  let prose: string[] = [];
  const keys = rules.token ? text.replace(PRIVATE_KEY, "[token]") : text;
  for (const line of keys.split("\n")) {
    if (!isFrame(line, frames)) {
      prose.push(line);
      continue;
    }
    if (prose.length > 0) done.push(scrubProse(prose.join("\n"), rules));
    prose = [];
    done.push(line);
  }
  if (prose.length > 0) done.push(scrubProse(prose.join("\n"), rules));
  return done.join("\n");
}

/**
 * A private key (PEM, RFC 7468) goes over many lines, so it is found before the text is taken apart. Its lines are pure
 * base64, which no frame is. In JSON its line ends are written `\n`.
 */
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?:\n|\\n)(?:[A-Za-z0-9+/=]{1,100}|(?:Proc-Type|DEK-Info): [\w,-]{1,100}|)(?=\n|\\n|["']|$)){0,300}(?:(?:\n|\\n)-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g;

function isFrame(line: string, frames: ReadonlySet<string>): boolean {
  const text = line.trim().replace(/^at /, "");
  return frames.has(text) || parseFrameLine(line) !== null;
}

/** Names of places and of versions; what stands there is never personal, and must stay exact. */
const KEPT_KEYS =
  /^(?:file|filename|abs_path|absPath|function|module|package|line|lineno|column|colno|in_app|type|release|version|platform|sdk|event_id|issue_id|fingerprint|repository|external_id|updated_at|(?:[\w.-]{1,60}[._-])?(?:version|release|build))$/i;

/** Fields whose whole value is a secret, by the rule that covers them. */
const SECRET_KEYS: [keyof ScrubRules, RegExp, string][] = [
  ["cookie", /^(?:set-?)?cookies?$/i, "[cookie]"],
  ["authorization", /^(?:proxy-?)?authorization$/i, "[authorization]"],
  [
    "secret",
    /^(?:password|passwd|pwd|passphrase|secret|client_?secret|api_?key|x-api-key|access_?token|refresh_?token|auth_?token|id_?token|session_?id|csrf_?token|x-csrf-?token|x-xsrf-token|private_?key|credentials?|credit_?card|cvv)$/i,
    "[secret]",
  ],
];

/**
 * Scrubs nested data: texts by `scrubText`, fields with a telling name (`password`, `Cookie`) as a whole, also where a
 * record is written as pairs (`[["Cookie", "…"]]`). Frames, types, file names, versions and ids stay.
 */
export function scrubValue(value: unknown, rules: ScrubRules = DEFAULT_SCRUB_RULES): unknown {
  return scrubPart(value, rules, DEPTH_LIMIT);
}

function scrubPart(value: unknown, rules: ScrubRules, depth: number): unknown {
  if (typeof value === "string") return scrubText(value, rules);
  if (typeof value === "number") return scrubNumber(value, rules);
  if (typeof value !== "object" || value === null || depth === 0) return value;
  if (Array.isArray(value)) return scrubList(value, rules, depth);
  const scrubbed: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    if (key === "__proto__") continue;
    scrubbed[key] = scrubField(key, part, rules, depth);
  }
  return scrubbed;
}

function scrubField(key: string, value: unknown, rules: ScrubRules, depth: number): unknown {
  if (KEPT_KEYS.test(key) && typeof value !== "object") return value;
  if (key === "frames" || key === "fingerprint") return value;
  const secret = SECRET_KEYS.find(([rule, name]) => rules[rule] && name.test(key));
  if (secret && value !== null && value !== undefined && value !== "") return secret[2];
  return scrubPart(value, rules, depth - 1);
}

/** A pair of which the first tells the name of the second is a field too: `["Cookie", "…"]`, `{key, value}`. */
function scrubList(list: unknown[], rules: ScrubRules, depth: number): unknown[] {
  const [key, value] = list;
  if (list.length === 2 && typeof key === "string" && typeof value === "string") {
    return [scrubText(key, rules), scrubField(key, value, rules, depth)];
  }
  return list.map((entry) => scrubPart(entry, rules, depth - 1));
}

/** A card number may be sent as a number. */
function scrubNumber(value: number, rules: ScrubRules): unknown {
  if (!Number.isSafeInteger(value) || value < 1e12) return value;
  const text = String(value);
  const scrubbed = scrubText(text, rules);
  return scrubbed === text ? value : scrubbed;
}
