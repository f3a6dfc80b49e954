import type { Crash, StackFrame } from "./feedback";

/** One frame as `file:line function`; parts that are unknown are left out, never empty. */
export function frameText(frame: StackFrame): string {
  const file = frame.file ?? frame.module ?? "<unknown>";
  const place = frame.line === null ? file : `${file}:${frame.line}`;
  return frame.function ? `${place} ${frame.function}` : place;
}

/** The frames that tell most: the application's own nearest to the crash, or any when it has none. */
export function topFrames(crash: Crash, count: number): StackFrame[] {
  const own = crash.frames.filter((frame) => frame.in_app);
  return (own.length > 0 ? own : crash.frames).slice(0, count);
}

/** `Type: message`, or the one of the two that is known. */
export function errorLine(crash: { type: string | null; message: string | null }): string {
  return [crash.type, crash.message].filter((part) => part?.trim()).join(": ");
}
