import type { StackFrame } from "./feedback";
import { looksInApp } from "./in-app";

/** The notations of a stack frame that are understood. `apple` is a native crash report, `native` gdb and sanitizers. */
export type FrameFormat =
  | "v8"
  | "gecko"
  | "python"
  | "java"
  | "dotnet"
  | "go"
  | "rust"
  | "php"
  | "ruby"
  | "dart"
  | "native"
  | "apple";

export type FrameLine = { format: FrameFormat; frame: StackFrame };

/** Longer lines are minified code or an attack; what matters stands at their start. */
const LINE_LIMIT = 600;

/**
 * Reads one line of a stack trace, or answers null when the line is none. Knows V8, Firefox and Safari, Python, Java,
 * .NET, Go, Rust, PHP, Ruby, Dart, gdb and Apple notations. Go and Rust write a frame on two lines; here the line with
 * the place is a frame without function. Time is linear in the line, of which at most 600 units are read.
 */
export function parseFrameLine(line: string): StackFrame | null {
  return matchFrameLine(line)?.frame ?? null;
}

/** As `parseFrameLine`, and says in which notation the line is written. */
export function matchFrameLine(line: string): FrameLine | null {
  if (line.length > LINE_LIMIT) line = line.slice(0, LINE_LIMIT);
  const text = line.trim();
  if (text.length < 4) return null;
  if (text.startsWith("at ")) return matchAt(text.slice(3).trim());
  if (text.startsWith('File "')) return matchPython(text);
  if (text.startsWith("#")) return matchNumbered(text);
  if (/^\d/.test(text)) return matchRustName(text) ?? matchApple(text) ?? matchRuby(text);
  return matchRuby(text) ?? matchGo(text) ?? matchGecko(text);
}

type Place = { file: string | null; line: number | null; column: number | null };

/** Splits `path:12:5` or `path:12`. Null when no line number is there. Reads from the end, so drive letters do no harm. */
export function splitPlace(text: string): Place | null {
  const last = text.lastIndexOf(":");
  if (last <= 0) return null;
  const tail = number(text.slice(last + 1));
  if (tail === null) return null;
  const before = text.lastIndexOf(":", last - 1);
  const middle = before > 0 ? number(text.slice(before + 1, last)) : null;
  if (middle === null) return { file: text.slice(0, last), line: tail, column: null };
  return { file: text.slice(0, before), line: middle, column: tail };
}

/** A decimal number of at most nine digits, so that it stays a line number. */
function number(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** Completes a frame; `in_app` is judged by its place. */
export function frameOf(parts: Partial<Omit<StackFrame, "in_app">>): StackFrame {
  const frame = {
    file: parts.file || null,
    function: parts.function || null,
    module: parts.module || null,
    line: parts.line ?? null,
    column: parts.column ?? null,
  };
  return { ...frame, in_app: looksInApp(frame) };
}

/** Lines that begin with `at`: Java, .NET, Rust and V8 share the word. */
function matchAt(text: string): FrameLine | null {
  return matchJava(text) ?? matchDotnet(text) ?? matchV8(text);
}

/** `[loader//][module@version/]package.Class.method(File.java:12)`. */
function matchJava(text: string): FrameLine | null {
  const open = text.indexOf("(");
  // After the frame may come where the class was loaded from: `~[app.jar:1.0]`.
  const close = text.indexOf(")", open);
  if (open <= 0 || close < 0 || text[open - 1] === " ") return null;
  const qualified = text.slice(text.lastIndexOf("/", open) + 1, open);
  const dot = qualified.lastIndexOf(".");
  if (dot <= 0 || !/^[\p{L}\p{N}_$.<>-]+$/u.test(qualified)) return null;
  const source = text.slice(open + 1, close);
  const place = splitPlace(source);
  const file = place?.file ?? source;
  const known = /\.(?:java|kt|kts|scala|groovy|clj)$/.test(file);
  if (!known && file !== "Native Method" && file !== "Unknown Source" && file !== "SourceFile") {
    return null;
  }
  const module = qualified.slice(0, dot);
  const fn = qualified.slice(dot + 1);
  return {
    format: "java",
    frame: frameOf({ module, function: fn, file: known ? file : null, line: place?.line ?? null }),
  };
}

/** `Name.Space.Class.Method(String a) in C:\src\File.cs:line 42`, the place being absent without symbols. */
function matchDotnet(text: string): FrameLine | null {
  const open = text.indexOf("(");
  if (open <= 0 || text[open - 1] === " ") return null;
  const qualified = text.slice(0, open);
  const dot = qualified.lastIndexOf(".");
  if (dot <= 0 || /[\s/:]/.test(qualified)) return null;
  const marker = text.lastIndexOf(":line ");
  const start = text.indexOf(") in ", open);
  const line = marker > start ? number(text.slice(marker + 6).trim()) : null;
  if (line === null && !text.endsWith(")")) return null;
  const file = line === null || start < 0 ? null : text.slice(start + 5, marker);
  return {
    format: "dotnet",
    frame: frameOf({
      module: qualified.slice(0, dot),
      function: qualified.slice(dot + 1),
      file,
      line: file ? line : null,
    }),
  };
}

/** `fn (file:1:2)`, `file:1:2`, `async fn (…)`, `Array.map (<anonymous>)`; and Rust's `file.rs:1:2`. */
function matchV8(text: string): FrameLine | null {
  const open = text.endsWith(")") ? text.indexOf(" (") : -1;
  if (open < 0) return matchBarePlace(text);
  const name = text
    .slice(0, open)
    .replace(/^async /, "")
    .replace(/ \[as [^\]]{1,200}\]$/, "");
  const inside = text.slice(open + 2, -1).replace(/^address at /, "");
  const evaluated = inside.startsWith("eval at ") ? /\(([^()]+:\d+:\d+)\)/.exec(inside)?.[1] : null;
  const place = splitPlace(evaluated ?? inside);
  const nowhere = inside === "<anonymous>" || inside === "native" || /^index \d+$/.test(inside);
  if (!place && !nowhere) return null;
  return {
    format: "v8",
    frame: frameOf({ ...(place ? withPath(place) : { file: "<anonymous>" }), function: name }),
  };
}

function matchBarePlace(text: string): FrameLine | null {
  const place = splitPlace(text.replace(/^async /, ""));
  if (!place?.file || place.column === null) return null;
  // `at 10:30:15` is a time; a name with a space after its last slash is prose.
  if (!/[A-Za-z]/.test(place.file) || / /.test(place.file.replace(/^.*[\\/]/, ""))) return null;
  const format = place.file.endsWith(".rs") ? "rust" : "v8";
  return { format, frame: frameOf(withPath(place)) };
}

/** A `file:` address becomes its path; other addresses stay. */
function withPath(place: Place): Place {
  if (!place.file?.startsWith("file://")) return place;
  const path = place.file.slice("file://".length);
  return { ...place, file: /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path };
}

/** `File "app.py", line 3, in fn`. */
function matchPython(text: string): FrameLine | null {
  const found = /^File "([^"]{1,400})", line (\d{1,9})(?:, in (.{1,200}))?$/.exec(text);
  if (!found) return null;
  const [, file, line, fn] = found;
  return { format: "python", frame: frameOf({ file, line: Number(line), function: fn?.trim() }) };
}

/** Lines that begin with `#0`: PHP, Dart and gdb. */
function matchNumbered(text: string): FrameLine | null {
  const head = /^#\d{1,4}\s+/.exec(text);
  if (!head) return null;
  const rest = text.slice(head[0].length);
  return matchPhp(rest) ?? matchNative(rest) ?? matchDart(rest);
}

/** `/app/a.php(12): Class->method('x')`, `[internal function]: fn()`. The name is the one *called* there. */
function matchPhp(rest: string): FrameLine | null {
  if (rest.startsWith("[internal function]: ")) {
    return { format: "php", frame: frameOf({ function: phpName(rest.slice(21)) }) };
  }
  const found = /^([^()]{1,400})\((\d{1,9})\): (.{1,400})$/.exec(rest);
  if (!found) return null;
  const [, file, line, call] = found;
  return { format: "php", frame: frameOf({ file, line: Number(line), function: phpName(call!) }) };
}

function phpName(call: string): string {
  const open = call.indexOf("(");
  return open < 0 ? call : call.slice(0, open);
}

/** `0x55… in fn (x=1) at a.c:12` (gdb), `0x55… in fn /src/a.c:12:3` (sanitizers). */
function matchNative(rest: string): FrameLine | null {
  const found = /^0x[0-9a-f]{4,16} in (\S{1,300})(?: \([^)]{0,300}\))?(?: at)? ?(\S{0,400})$/i.exec(
    rest,
  );
  if (!found) return null;
  const place = splitPlace(found[2] ?? "");
  return { format: "native", frame: frameOf({ ...place, function: found[1] }) };
}

/** `Class.method (package:app/a.dart:10:5)`. */
function matchDart(rest: string): FrameLine | null {
  const open = rest.lastIndexOf(" (");
  if (open <= 0 || !rest.endsWith(")")) return null;
  const place = splitPlace(rest.slice(open + 2, -1));
  if (!place?.file || !/\.dart$|^dart:/.test(place.file)) return null;
  return { format: "dart", frame: frameOf({ ...place, function: rest.slice(0, open).trim() }) };
}

/** `app.rb:3:in 'Class#fn'` or ``from app.rb:3:in `fn'``; before Ruby 3.4 the quote was a backtick. */
function matchRuby(text: string): FrameLine | null {
  const at = text.indexOf(":in ");
  if (at < 0) return null;
  const quote = text[at + 4];
  if (quote !== "`" && quote !== "'") return null;
  const end = text.indexOf("'", at + 5);
  const place = splitPlace(text.slice(0, at).replace(/^from /, ""));
  if (end < 0 || !place?.file || place.column !== null || / /.test(place.file)) return null;
  const frame = frameOf({ ...place, function: text.slice(at + 5, end) });
  return { format: "ruby", frame };
}

/** `3: core::option::expect_failed`, `1: 0x1053ac929 - rt::backtrace::write::h00ff…`: the name; the place is on the next line. */
function matchRustName(text: string): FrameLine | null {
  const found = /^\d{1,4}:\s{1,20}(?:0x[0-9a-f]{1,16} - )?([\w<{][^:]{0,200}::.{1,300})$/i.exec(
    text,
  );
  if (!found) return null;
  const name = found[1]!.replace(/::h[0-9a-f]{16,20}[a-z]{0,4}$/i, "");
  return { format: "rust", frame: frameOf({ function: name }) };
}

/** `/src/main.go:12 +0x1d`. */
function matchGo(text: string): FrameLine | null {
  const found = /^(\S{1,400}\.go):(\d{1,9})(?: \+0x[0-9a-f]{1,16})?$/.exec(text);
  if (!found) return null;
  return { format: "go", frame: frameOf({ file: found[1], line: Number(found[2]) }) };
}

/** `3   MyApp   0x0000000104a0 symbol + 12 (File.swift:12)`. */
function matchApple(text: string): FrameLine | null {
  const head = /^\d{1,3} {1,8}(\S{1,80})\s{1,60}0x[0-9a-f]{6,16} /i.exec(text);
  if (!head) return null;
  const symbol = text.slice(head[0].length);
  const found = /^(.{1,400}?)(?: \+ \d{1,9})?(?: \(([^()\s]{1,200}:\d{1,9})\))?$/.exec(symbol);
  const place = found?.[2] ? splitPlace(found[2]) : null;
  const frame = frameOf({ ...place, module: head[1], function: found?.[1] ?? symbol });
  return { format: "apple", frame };
}

/** `fn@https://host/a.js:10:5`, `@debugger eval code:1:2`, `map@[native code]`. */
function matchGecko(text: string): FrameLine | null {
  const at = text.indexOf("@");
  if (at < 0 || / /.test(text.slice(0, at).replace(/^(?:async|global|module|eval) /, "")))
    return null;
  const rest = text.slice(at + 1);
  if (rest === "[native code]" && at > 0) {
    return { format: "gecko", frame: frameOf({ function: text.slice(0, at), file: rest }) };
  }
  const place = splitPlace(rest);
  // `bob@example.com:80:1` is no frame: a script has a path, or the ending of one.
  if (!place?.file || place.column === null) return null;
  if (!/[/\\ ]|\.(?:[mc]?[jt]sx?|html?|vue|svelte|php|wasm|jsbundle)$/.test(place.file))
    return null;
  const name = text.slice(0, at).replace(/^async\*?/, "");
  return { format: "gecko", frame: frameOf({ ...withPath(place), function: name }) };
}
