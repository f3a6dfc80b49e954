import type { NewRunEvent } from "./run-log";
import type { Runner } from "./runners/runner";
import type { Sandbox } from "./sandbox/sandbox";

/**
 * Bytes read at one look: an endless log costs no more than this a second. In base64 they must fit into what a sandbox keeps
 * of a command's output (200,000 characters), else the middle would be missing.
 */
export const LOOK_BYTES = 128 * 1024;
const NEWLINE = 0x0a;

export type Look = { offset: number; exitCode: number | null; events: NewRunEvent[] };

/**
 * Reads an agent's output file from a byte offset on, by whole lines; a line longer than a look is cut. Event keys are sandbox, file and byte
 * offset of their lines, so that a look that was not noted writes nothing twice. The exit code is reported only once all output
 * was read.
 */
export async function readOn(
  sandbox: Sandbox,
  from: { sandboxId: string; outputPath: string; exitPath: string; offset: number },
  runner: Runner,
): Promise<Look> {
  const exit = await sandbox.read(from.exitPath);
  const chunk = await sandbox.run(
    `tail -c +${from.offset + 1} ${from.outputPath} 2>/dev/null | head -c ${LOOK_BYTES} | base64 -w0`,
    { timeoutMs: 30_000 },
  );
  const bytes = Uint8Array.from(atob(chunk.output.trim()), (char) => char.charCodeAt(0));
  const finished = exit !== null && bytes.byteLength < LOOK_BYTES;
  const read = finished ? bytes : bytes.subarray(0, endOfLines(bytes));
  const events: NewRunEvent[] = [];
  for (const { at, line } of linesOf(read)) {
    const event = runner.kind === "agent" ? runner.parse(line) : null;
    if (event)
      events.push({
        ...event,
        stage: "agent",
        key: `agent:${from.sandboxId}:${from.outputPath}:${from.offset + at}`,
      });
  }
  return {
    offset: from.offset + read.byteLength,
    exitCode: finished ? exitCodeOf(exit) : null,
    events,
  };
}

/** Where the last whole line ends. What follows is read again at the next look, so that no character is ever cut in two. */
function endOfLines(bytes: Uint8Array): number {
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  return end === 0 && bytes.byteLength === LOOK_BYTES ? LOOK_BYTES : end;
}

function linesOf(bytes: Uint8Array): { at: number; line: string }[] {
  const decoder = new TextDecoder();
  const lines: { at: number; line: string }[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline === -1 ? bytes.byteLength : newline;
    lines.push({ at, line: decoder.decode(bytes.subarray(at, end)) });
    at = end + 1;
  }
  return lines;
}

function exitCodeOf(file: Uint8Array): number {
  const code = Number.parseInt(new TextDecoder().decode(file), 10);
  return Number.isInteger(code) ? code : 1;
}
