/** What an error's own line says. `place` is set where the notation writes the place into it (PHP, Rust, Swift). */
export type ErrorHeader = {
  type: string;
  message: string | null;
  place?: { file: string; line: number; column: number | null };
};

const MESSAGE_LIMIT = 1000;

/** A name that ends as names of errors do, after a boundary, with `: message`, `(message)` or nothing behind it. */
const NAMED =
  /(?:^|[\s"'`([>])((?:[A-Za-z_$][\w$]*(?:\.|::|\\))*[\w$]*(?:Error|Exception|Fault|Failure|Interrupt|Panic|Throwable))(?:\(code: \d{1,9}\)| ?\[[\w-]{1,60}\])?(?::(?:\s+(.*)|)|\s+\((.*)\):?|)$/;

/** Finds an error's name and message in one line, or null. Prefixes (time, level, "Uncaught", "Caused by") do no harm. */
export function parseErrorHeader(raw: string): ErrorHeader | null {
  const line = raw.slice(0, MESSAGE_LIMIT).trim();
  if (line.includes("panicked at ")) return rustPanic(line);
  if (/Fatal error/i.test(line)) return swiftFatal(line) ?? named(line);
  const go = /^(panic|fatal error): (.*)$/.exec(line);
  if (go) return { type: go[1]!, message: go[2] || null };
  const flutter = /The following ([\w<>?]{1,120}) was thrown/.exec(line);
  if (flutter) return { type: flutter[1]!, message: null };
  return named(line);
}

/**
 * The line directly above a frame may name an error in any words: `NotFound: no such user`. Null for prose, and for the
 * usual captions ("Stacktrace:").
 */
export function parseAdjacentHeader(raw: string): ErrorHeader | null {
  const line = raw.slice(0, MESSAGE_LIMIT).trim();
  const found = /^([A-Z][\w$.]{0,200}): (.+)$/.exec(line);
  if (!found || /^(?:stack|trace|backtrace|log|output|step|detail|note)/i.test(line)) return null;
  return { type: found[1]!, message: found[2]! };
}

function named(line: string): ErrorHeader | null {
  const found = NAMED.exec(line);
  if (!found?.[1]) return null;
  const message = found[2] ?? found[3] ?? null;
  const php = message === null ? null : /^(.*) (?:in|at) (\S+\.php):(\d{1,9})\)?$/.exec(message);
  if (!php) return { type: found[1], message: message || null };
  const place = { file: php[2]!, line: Number(php[3]), column: null };
  return { type: found[1], message: php[1] || null, place };
}

/** `thread 'main' panicked at src/main.rs:10:5:` (message on the next line), before Rust 1.73 `panicked at 'message', file`. */
function rustPanic(line: string): ErrorHeader {
  const text = line.slice(line.indexOf("panicked at ") + "panicked at ".length);
  const found = /(?:^|, |\s)([^\s,']{1,300}\.rs):(\d{1,9})(?::(\d{1,9}))?:?`?$/.exec(text);
  const quoted = /^'(.*)'(?:,|$)/.exec(text);
  const header: ErrorHeader = { type: "panic", message: quoted?.[1] || null };
  if (!found) return header;
  const column = found[3] ? Number(found[3]) : null;
  return { ...header, place: { file: found[1]!, line: Number(found[2]), column } };
}

/** `App/View.swift:23: Fatal error: message`, and the older `Fatal error: message: file App/View.swift, line 23`. */
function swiftFatal(line: string): ErrorHeader | null {
  const newer = /(\S{1,300}\.swift):(\d{1,9}): Fatal error(?:: (.*))?$/.exec(line);
  const older = /Fatal error: (.*): file (\S{1,300}\.swift), line (\d{1,9})$/.exec(line);
  const [file, number, message] = newer
    ? [newer[1], newer[2], newer[3]]
    : [older?.[2], older?.[3], older?.[1]];
  if (!file) return null;
  const place = { file, line: Number(number), column: null };
  return { type: "Fatal error", message: message || null, place };
}
