import type { Readable } from "node:stream";
import type { Exit, Launched } from "./launch";

/** What envd says of a running command, in the words of its Connect messages. */
export type ProcessEvent =
  | { start: { pid: number } }
  | { data: { stdout: string } | { stderr: string } }
  | { keepalive: Record<string, never> }
  | { end: { exitCode: number; exited: boolean; status: string; error?: string } };

export type ProcessConfig = {
  cmd: string;
  args: string[];
  envs: Record<string, string>;
  cwd?: string;
};

/**
 * One who watches a command. `deliver` returns false when no more fits for now: the command's output is then left in its pipe,
 * and the command waits like any program whose reader is slow, until `resume` of the subscription is called.
 */
export type Watcher = { deliver(event: ProcessEvent): boolean };
export type Subscription = { resume(): void; leave(): void };

/** A started command. Output that nobody watches is read and dropped, as envd does. */
export type Command = {
  pid: number;
  tag: string | undefined;
  config: ProcessConfig;
  watch(watcher: Watcher): Subscription;
  /** False when the command takes no input (any more). Resolves when the pipe took the bytes. */
  write(bytes: Uint8Array): Promise<boolean>;
  closeInput(): void;
  /** `reason` shows in the end event. False when it had ended already. */
  kill(signal: "SIGKILL" | "SIGTERM", reason?: string): boolean;
  ended: Promise<void>;
};

/** Events carry at most this much output, so that one of them never grows with what a pipe holds. */
const PIECE = 32 * 1024;
/** How long a quiet pipe is kept open after the command's own end, for children it left behind. */
const LINGER_MS = 250;

/** Follows a launched process from its first output to its end. */
export function followCommand(
  launched: Launched,
  config: ProcessConfig,
  tag: string | undefined,
): Command {
  const watchers = new Map<Watcher, boolean>();
  const streams = [launched.stdout, launched.stderr];
  let reason: string | undefined;
  let isOver = false;
  let lastData = 0;

  function isHeld(): boolean {
    return [...watchers.values()].some((isFull) => isFull);
  }

  function tell(event: ProcessEvent): void {
    for (const watcher of watchers.keys()) watchers.set(watcher, !watcher.deliver(event));
    if (isHeld()) for (const stream of streams) stream.pause();
  }

  function flow(): void {
    if (!isHeld()) for (const stream of streams) stream.resume();
  }

  function read(stream: Readable, name: "stdout" | "stderr"): Promise<void> {
    stream.on("data", (chunk: Buffer) => {
      lastData = Date.now();
      for (let at = 0; at < chunk.length; at += PIECE) {
        const text = chunk.subarray(at, at + PIECE).toString("base64");
        tell({ data: name === "stdout" ? { stdout: text } : { stderr: text } });
      }
    });
    stream.on("error", () => {});
    return new Promise((resolve) => stream.once("close", () => resolve()));
  }

  /** A child left in the background may hold the pipes for ever; the command is over all the same. */
  async function lingerAfter(exit: Promise<Exit>, closed: Promise<void[]>): Promise<void> {
    await exit;
    lastData = Date.now();
    const timer = setInterval(() => {
      if (isHeld() || Date.now() - lastData < LINGER_MS) return;
      for (const stream of streams) stream.destroy();
    }, LINGER_MS / 5);
    await closed;
    clearInterval(timer);
  }

  async function follow(): Promise<void> {
    const closed = Promise.all([read(launched.stdout, "stdout"), read(launched.stderr, "stderr")]);
    await lingerAfter(launched.exited, closed);
    tell({ end: endOf(await launched.exited, reason) });
    isOver = true;
    watchers.clear();
  }

  return {
    pid: launched.pid,
    tag,
    config,
    ended: follow(),
    watch(watcher) {
      watchers.set(watcher, !watcher.deliver({ start: { pid: launched.pid } }));
      return {
        resume() {
          if (!watchers.has(watcher)) return;
          watchers.set(watcher, false);
          flow();
        },
        leave() {
          watchers.delete(watcher);
          flow();
        },
      };
    },
    write: (bytes) => writeTo(launched, bytes),
    closeInput: () => void launched.stdin?.end(),
    kill(signal, why) {
      if (isOver) return false;
      reason ??= why;
      return launched.kill(signal);
    },
  };
}

async function writeTo(launched: Launched, bytes: Uint8Array): Promise<boolean> {
  const { stdin } = launched;
  if (!stdin || !stdin.writable) return false;
  return new Promise((resolve) => stdin.write(bytes, (error) => resolve(!error)));
}

const SIGNAL_WORDS: Record<string, string> = {
  SIGKILL: "killed",
  SIGTERM: "terminated",
  SIGXFSZ: "file size limit exceeded",
  SIGXCPU: "CPU time limit exceeded",
};

function endOf(
  exit: Exit,
  reason: string | undefined,
): Extract<ProcessEvent, { end: unknown }>["end"] {
  if (exit.signal) {
    const status = `signal: ${SIGNAL_WORDS[exit.signal] ?? exit.signal}`;
    return { exitCode: -1, exited: false, status, error: reason ?? status };
  }
  const exitCode = exit.code ?? 1;
  const status = `exit status ${exitCode}`;
  if (exitCode === 0) return { exitCode, exited: true, status };
  return { exitCode, exited: true, status, error: reason ?? status };
}
