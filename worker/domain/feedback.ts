import { z } from "zod";

/** The sources of a report; `POST /feedback` and the API are `manual`. */
export const SOURCE_KINDS = ["sentry", "github", "reddit", "manual", "email"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** Limits of stored text, in UTF-16 units. What is cut is marked by `CUT_MARK` at the end. */
export const TITLE_LIMIT = 500;
export const BODY_LIMIT = 65_536;
export const CUT_MARK = " […cut]";

/** One frame of a stack trace. The crash site comes first in `Crash.frames`, callers after it. */
export const StackFrame = z.object({
  file: z.string().nullable(),
  function: z.string().nullable(),
  module: z.string().nullable(),
  line: z.number().int().nullable(),
  column: z.number().int().nullable(),
  in_app: z.boolean(),
});
export type StackFrame = z.infer<typeof StackFrame>;

/** The error that a report is about, when the source tells one. */
export const Crash = z.object({
  type: z.string().nullable(),
  message: z.string().nullable(),
  frames: z.array(StackFrame).max(250),
});
export type Crash = z.infer<typeof Crash>;

/** What is known beside the text. Unknown fields of a source are kept. */
export const FeedbackMetadata = z.looseObject({
  url: z.string().optional(),
  author: z.string().optional(),
  crash: Crash.optional(),
  fingerprint: z.array(z.string()).optional(),
  environment: z.string().optional(),
  release: z.string().optional(),
  culprit: z.string().optional(),
  event_id: z.string().optional(),
  issue_id: z.string().optional(),
});
export type FeedbackMetadata = z.infer<typeof FeedbackMetadata>;

/** A report as a source's mapper hands it over: normalised, not yet stored. `created_at` is epoch milliseconds. */
export type NewFeedback = {
  source: SourceKind;
  external_id: string;
  /**
   * What the source files the report under (Sentry: `issue:{id}`). A report whose external id is its link stands for the
   * whole file: it becomes the first report of that file, whichever of the two came first. Changes at the source reach all.
   */
  link?: string;
  title: string;
  body: string;
  raw_text: string;
  metadata: FeedbackMetadata;
  created_at: number;
  /** Set by sources that tell the whole report each time: it is open or closed there, and the newest telling counts. */
  state?: "open" | "closed";
};

/**
 * Text that is safe to store: control characters except newline and tab removed, CRLF made LF, lone surrogates replaced,
 * ends trimmed, and cut at `limit` with `CUT_MARK`.
 */
export function cleanText(text: string, limit: number): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is removed here
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
  const cleaned = toWellFormed(text.replace(/\r\n?/g, "\n").replace(control, "")).trim();
  if (cleaned.length <= limit) return cleaned;
  return toWellFormed(cleaned.slice(0, limit - CUT_MARK.length)) + CUT_MARK;
}

/** `String.prototype.toWellFormed` (ES2024), which the compiler's library does not know yet. */
function toWellFormed(text: string): string {
  return text.replace(
    /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
    "\uFFFD",
  );
}

/** A stored report on the wire. Its embedding lives in the vector index. */
export const FeedbackItem = z.object({
  id: z.string(),
  project_id: z.string(),
  source: z.enum(SOURCE_KINDS),
  external_id: z.string(),
  title: z.string(),
  body: z.string(),
  raw_text: z.string(),
  metadata: FeedbackMetadata,
  created_at: z.string(),
  received_at: z.string(),
  updated_at: z.string(),
  state: z.enum(["open", "closed", "deleted"]),
  cluster_id: z.string().nullable(),
  unclustered: z.boolean(),
  /** Events that it stands for: the first of a storm and all that were only counted. */
  occurrences: z.number(),
  last_occurred_at: z.string().nullable(),
});
export type FeedbackItem = z.infer<typeof FeedbackItem>;
