import type { Crash, StackFrame } from "./feedback";
import { parseAdjacentHeader, parseErrorHeader, type ErrorHeader } from "./error-header";
import { frameOf, matchFrameLine, type FrameFormat } from "./frame-line";

export { parseFrameLine } from "./frame-line";

/** Bounds on hostile input: a text's first 128 Ki units and 4,000 lines are looked at. */
const TEXT_LIMIT = 131_072;
const LINES_LIMIT = 4_000;
const FRAMES_LIMIT = 250;
/** How far above its first frame an error's own line may stand (messages of several lines). */
const HEADER_REACH = 15;

/** Lines that are no frames but may stand between two frames of one stack. */
const GAP: Record<FrameFormat, number> = {
  v8: 1,
  gecko: 1,
  python: 3,
  java: 1,
  dotnet: 1,
  go: 1,
  rust: 0,
  php: 0,
  ruby: 1,
  dart: 1,
  native: 1,
  apple: 0,
};
const BREAK =
  /^\s*(?:Caused by|Suppressed|Traceback|goroutine \d|--- End|thread '|During handling|The above)/;

type Hit = { index: number; format: FrameFormat; frame: StackFrame };
type Block = { format: FrameFormat; hits: Hit[]; first: number; last: number };

/**
 * Finds a stack trace pasted into free text and reads it: the error's type and message, and its frames with the crash
 * site first. Where errors are chained, the one that was thrown at last counts, as it does in Sentry. A single line that
 * looks like a frame counts only beside an error's own line. Null when there is none. Types are written as Sentry writes
 * them: without the package in Java and Python, whole elsewhere. Never throws; time is linear in the text, and capped.
 */
export function parseStackText(text: string): Crash | null {
  const lines = text
    .slice(0, TEXT_LIMIT)
    .split(/\r\n?|\n/, LINES_LIMIT)
    .map((line) => unquote(line.slice(0, 1_000)));
  const blocks = findBlocks(lines);
  for (let i = 0; i < blocks.length; i++) {
    const at = blocks[i]!.format === "python" ? lastOfChain(lines, blocks, i) : i;
    const block = blocks[at]!;
    const header = findHeader(lines, block, blocks[at - 1]?.last ?? -1);
    if (header || block.hits.length > 1) return crashOf(lines, block, header);
  }
  return crashWithoutFrames(lines);
}

/** Marks of quoting in mail and Markdown, and of Python's exception groups, are no part of the line. */
function unquote(line: string): string {
  return line.replace(/^[\s>|]*[>|] ?/, "");
}

function findBlocks(lines: string[]): Block[] {
  const blocks: Block[] = [];
  let block: Block | null = null;
  lines.forEach((line, index) => {
    const match = matchFrameLine(line);
    if (!match) return;
    const hit = { index, ...match };
    if (block && continues(lines, block, hit)) {
      block.hits.push(hit);
      block.last = index;
      return;
    }
    block = { format: hit.format, hits: [hit], first: index, last: index };
    blocks.push(block);
  });
  return blocks;
}

function continues(lines: string[], block: Block, hit: Hit): boolean {
  const between = hit.index - block.last - 1;
  if (hit.format !== block.format || between > GAP[block.format]) return false;
  for (let i = block.last + 1; i < hit.index; i++) if (BREAK.test(lines[i]!)) return false;
  return true;
}

/** Python writes the cause first and says so between the two: follows the chain to the error that was thrown. */
function lastOfChain(lines: string[], blocks: Block[], from: number): number {
  let at = from;
  for (;;) {
    const next = blocks[at + 1];
    if (next?.format !== "python" || next.first - blocks[at]!.last > 40) return at;
    const between = lines.slice(blocks[at]!.last + 1, next.first);
    if (!between.some((line) => /^\s*(?:During handling of|The above exception)/.test(line)))
      return at;
    at += 1;
  }
}

function findHeader(lines: string[], block: Block, previousEnd: number): ErrorHeader | null {
  if (block.format === "python") return headerBelow(lines, block);
  if (block.format === "ruby")
    return rubyHeader(lines, block) ?? headerAbove(lines, block, previousEnd);
  return headerAbove(lines, block, previousEnd);
}

function headerAbove(lines: string[], block: Block, previousEnd: number): ErrorHeader | null {
  const top = Math.max(previousEnd + 1, block.first - HEADER_REACH);
  for (let i = block.first - 1; i >= top; i--) {
    const header = parseErrorHeader(lines[i]!);
    if (header) return withFurtherLines(header, lines.slice(i + 1, block.first));
  }
  const above = lines[block.first - 1];
  return above === undefined ? null : parseAdjacentHeader(above);
}

/** A message goes on until an empty line, or until what is written between message and frames. */
function withFurtherLines(header: ErrorHeader, below: string[]): ErrorHeader {
  const end = below.findIndex(
    (line) =>
      !line.trim() ||
      /^\s*(?:stack ?trace|stack backtrace|\[stacktrace\]|goroutine \d|\[signal|```)/i.test(line),
  );
  const further = (end < 0 ? below : below.slice(0, end)).map((line) => line.trim());
  const message = [header.message ?? "", ...further].join("\n").trim().slice(0, 1_000);
  return { ...header, message: message || null };
}

/** Python's error stands under the frames, less indented than they are. */
function headerBelow(lines: string[], block: Block): ErrorHeader | null {
  const indent = indentOf(lines[block.last]!);
  for (const line of lines.slice(block.last + 1, block.last + 6)) {
    if (!line.trim()) continue;
    const header = parseErrorHeader(line);
    if (header) return header;
    const other = /^([A-Za-z_][\w.]{0,200})(?:: (.*))?$/.exec(line.trim());
    if (other && indentOf(line) < indent) return { type: other[1]!, message: other[2] || null };
  }
  return null;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** `app.rb:3:in 'fn': message (NoMethodError)`: the first frame's own line. */
function rubyHeader(lines: string[], block: Block): ErrorHeader | null {
  const found = /['`]: (.*) \(([A-Z][\w:]{0,200})\)\s*$/.exec(lines[block.first]!);
  return found ? { type: found[2]!, message: found[1] || null } : null;
}

function crashOf(lines: string[], block: Block, header: ErrorHeader | null): Crash {
  const frames = withPlace(framesOf(lines, block), header, block.format).slice(0, FRAMES_LIMIT);
  return {
    type: header ? shortType(header.type, block.format) : null,
    message: header?.message ?? null,
    frames,
  };
}

function shortType(type: string, format: FrameFormat): string {
  if (format !== "java" && format !== "python") return type;
  return type.slice(type.lastIndexOf(".") + 1) || type;
}

function framesOf(lines: string[], block: Block): StackFrame[] {
  const frames = block.hits.map((hit) => hit.frame);
  if (block.format === "python") return frames.reverse();
  if (block.format === "go")
    return block.hits.map((hit) => goFrame(hit.frame, lines[hit.index - 1]));
  if (block.format === "rust") return joinRustPairs(frames);
  return frames;
}

/** Go writes `package.Type.function(arguments)` on the line above the place. */
function goFrame(frame: StackFrame, above: string | undefined): StackFrame {
  const text =
    above
      ?.trim()
      .replace(/^created by /, "")
      .replace(/ in goroutine \d+$/, "") ?? "";
  const call = /^([\w./*()·{}[\]~-]{1,300}?)(?:\((?:0x|\{|\.\.\.|\?|\)).{0,300})?$/.exec(text)?.[1];
  if (!call?.includes(".")) return frame;
  const dot = call.indexOf(".", call.lastIndexOf("/") + 1);
  const whole = frameOf({ ...frame, function: call });
  return { ...whole, module: call.slice(0, dot), function: call.slice(dot + 1) };
}

function joinRustPairs(frames: StackFrame[]): StackFrame[] {
  const joined: StackFrame[] = [];
  for (const frame of frames) {
    const previous = joined.at(-1);
    if (previous?.function && !previous.file && !frame.function && frame.file) {
      joined[joined.length - 1] = frameOf({ ...frame, function: previous.function });
    } else joined.push(frame);
  }
  return joined;
}

/** Puts the place that the error's own line tells first. PHP's frames name the function *called* there: moved by one. */
function withPlace(
  frames: StackFrame[],
  header: ErrorHeader | null,
  format: FrameFormat,
): StackFrame[] {
  if (format === "php") return phpFrames(frames, header);
  const place = header?.place;
  if (!place) return frames;
  const same = frames.findIndex(
    (frame) => frame.line === place.line && sameFile(frame.file, place.file),
  );
  return same < 0 ? [frameOf(place), ...frames] : frames.slice(same);
}

function sameFile(a: string | null, b: string): boolean {
  return !!a && (a.endsWith(b.replace(/^\.\//, "")) || b.endsWith(a.replace(/^\.\//, "")));
}

function phpFrames(frames: StackFrame[], header: ErrorHeader | null): StackFrame[] {
  const places = [header?.place ?? null, ...frames];
  const shifted = places.map((place, i) =>
    frameOf({ file: place?.file, line: place?.line, function: frames[i]?.function ?? null }),
  );
  return shifted.filter((frame) => frame.file || frame.function);
}

/** A Rust panic or a Swift fatal error without a trace still tells its place. */
function crashWithoutFrames(lines: string[]): Crash | null {
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (!line.includes("panicked at ") && !line.includes("atal error")) continue;
    const header = parseErrorHeader(line);
    if (!header?.place) continue;
    const message = header.message ?? (lines[i + 1]?.trim() || null);
    return { type: header.type, message, frames: [frameOf(header.place)] };
  }
  return null;
}
