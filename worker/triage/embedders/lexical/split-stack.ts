import type { StackFrame } from "../../../domain/feedback";
import { frameOf, matchFrameLine, type FrameFormat } from "../../../domain/frame-line";

/** `frames` of each stack have the crash site first, stacks in the order of the text; `words` is the text without them. */
export type SplitText = { frames: StackFrame[]; words: string };

type Hit = { format: FrameFormat; frame: StackFrame };

/** Lines beyond this are not looked at for frames: a bound on hostile text. */
const LINES_LIMIT = 2000;

/**
 * Takes the stack frames out of free text. Python's source line under each frame goes with it, so that a pasted trace and
 * the same crash told by a source in structured form have the same features. Lines that are no frames stay.
 */
export function splitStack(text: string): SplitText {
  if (!text.includes("\n") && !looksLikeFrame(text)) return { frames: [], words: text };
  const lines = text.split("\n");
  const frames: StackFrame[] = [];
  const kept: string[] = [];
  let stack: Hit[] = [];
  let pythonLine = -1;
  for (let i = 0; i < lines.length; i++) {
    const match = i < LINES_LIMIT ? matchFrameLine(unquoted(lines[i]!)) : null;
    if (!match) {
      if (pythonLine >= 0 && pythonLine === i - 1 && isSourceOf(lines[i]!, lines[pythonLine]!))
        continue;
      kept.push(lines[i]!);
      continue;
    }
    if (stack.length > 0 && stack[0]!.format !== match.format) stack = flush(stack, frames);
    if (match.format === "ruby") kept.push(...rubyError(lines[i]!));
    if (match.format === "go") match.frame = withGoName(match.frame, kept);
    stack.push(match);
    if (match.format === "python") pythonLine = i;
    // A stack ends at a line that is neither frame nor the source of one; Python alone needs to know, to be turned round.
    if (match.format === "python" && isLastOfPython(lines, i)) stack = flush(stack, frames);
  }
  flush(stack, frames);
  return { frames, words: kept.join("\n") };
}

function looksLikeFrame(line: string): boolean {
  return matchFrameLine(unquoted(line)) !== null;
}

/** Marks of quoting in mail and Markdown, and the prefix of Ant and Maven logs, are no part of the line. */
function unquoted(line: string): string {
  return line.replace(/^[\s>|]*[>|] ?|^\s*\[\w+\]\s+(?=at )/, "");
}

function isSourceOf(line: string, frameLine: string): boolean {
  return line.trim() !== "" && indent(line) > indent(frameLine);
}

function isLastOfPython(lines: string[], at: number): boolean {
  let next = at + 1;
  while (
    next < lines.length &&
    lines[next]!.trim() !== "" &&
    indent(lines[next]!) > indent(lines[at]!)
  ) {
    next += 1;
  }
  return next >= lines.length || matchFrameLine(unquoted(lines[next]!))?.format !== "python";
}

function indent(line: string): number {
  return line.length - line.trimStart().length;
}

/** Ruby writes `: message (Type)` behind the first frame; it stays among the words as `Type: message`. */
function rubyError(line: string): string[] {
  const found = /['`]: (.*) \(([A-Z][\w:]{0,200})\)\s*$/.exec(line.slice(0, 1000));
  return found ? [`${found[2]}: ${found[1]}`] : [];
}

/** Go writes `package.function(arguments)` on the line above the place; that line leaves the words. */
function withGoName(frame: StackFrame, kept: string[]): StackFrame {
  const above = kept.at(-1)?.trim() ?? "";
  const text = above.replace(/^created by /, "").replace(/ in goroutine \d+$/, "");
  const call = /^([\w./*()·{}[\]~-]{1,300}?)(?:\((?:0x|\{|\.\.\.|\?|\)).{0,300})?$/.exec(text)?.[1];
  if (!call?.includes(".")) return frame;
  kept.pop();
  const dot = call.indexOf(".", call.lastIndexOf("/") + 1);
  return frameOf({ ...frame, module: call.slice(0, dot), function: call.slice(dot + 1) });
}

function flush(stack: Hit[], into: StackFrame[]): Hit[] {
  const frames = stack.map((hit) => hit.frame);
  if (stack[0]?.format === "python") frames.reverse();
  into.push(...(stack[0]?.format === "rust" ? joinedRust(frames) : frames));
  return [];
}

/** Rust writes the name and, on the next line, the place. */
function joinedRust(frames: StackFrame[]): StackFrame[] {
  const joined: StackFrame[] = [];
  for (const frame of frames) {
    const previous = joined.at(-1);
    if (previous?.function && !previous.file && !frame.function && frame.file) {
      joined[joined.length - 1] = frameOf({ ...frame, function: previous.function });
    } else joined.push(frame);
  }
  return joined;
}
