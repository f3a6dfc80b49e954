import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { collect } from "./collect";
import type { Pipe, PipeStore } from "./pipes";

/** `argv[0]` is an absolute path inside. `env` is the whole environment; `cwd` is a folder inside. */
export type LaunchOrder = {
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  stdin: boolean;
};

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type Launched = {
  /** Process id as the sandbox sees it. */
  pid: number;
  stdin: Writable | undefined;
  stdout: Readable;
  stderr: Readable;
  /** Resolves at the end of the process itself; its output may be read after that. Never rejects. */
  exited: Promise<Exit>;
  /** SIGKILL goes to the whole process group, others to the process alone. False when it has ended. */
  kill(signal: "SIGKILL" | "SIGTERM"): boolean;
};

/** `cwd`: the folder does not exist; `gone`: the sandbox is; `failed`: everything else, such as too many processes. */
export class LaunchError extends Error {
  constructor(
    readonly code: "cwd" | "gone" | "failed",
    message: string,
  ) {
    super(message);
  }
}

/** How to get in: a command line to put before the launch script, and the place where its output pipes are made. */
export type Entry = {
  enter: string[];
  pipes: PipeStore;
  /** Name of the process namespace that commands must be found in, such as `pid:[4026532]`; empty when there is none. */
  pidNamespace: string;
  isOpen(): boolean;
};

/** The environment of our own helper programs: nothing of the service's own, and nothing that a client gave. */
export const HOST_ENV = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

/** Starts a command through an entry. Rejects with a LaunchError. */
export async function launchIn(entry: Entry, order: LaunchOrder): Promise<Launched> {
  if (!entry.isOpen()) throw new LaunchError("gone", "the sandbox is gone");
  const [stdout, stderr] = await Promise.all([entry.pipes.take(), entry.pipes.take()]).catch(
    (error: Error) => {
      throw new LaunchError(entry.isOpen() ? "failed" : "gone", error.message);
    },
  );
  const child = start(entry, order, stdout, stderr);
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: 127, signal: null }));
  });
  writeOrder(child, order);
  const report = await firstLine(child.stdio[4] as Readable);
  if (!/^\d+$/.test(report)) {
    const said = await collect(stderr.readable, 10_000).catch(() => Buffer.alloc(0));
    stdout.readable.destroy();
    if (report === "cwd") throw new LaunchError("cwd", `cwd '${order.cwd}' does not exist`);
    if (!entry.isOpen()) throw new LaunchError("gone", "the sandbox is gone");
    throw new LaunchError("failed", `the command did not start: ${said.toString("utf8").trim()}`);
  }
  let running = true;
  void exited.then(() => (running = false));
  return {
    pid: Number(report),
    stdin: order.stdin ? (child.stdin ?? undefined) : undefined,
    stdout: stdout.readable,
    stderr: stderr.readable,
    exited,
    kill: (signal) => running && killIn(entry, child, signal),
  };
}

/** Not the whole stream: `nsenter` waits beside the command with the same descriptors, so its end comes only at the end. */
async function firstLine(stream: Readable): Promise<string> {
  let text = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream) {
    text += chunk as string;
    if (text.includes("\n") || text.length > 100) break;
  }
  return text.trim();
}

function start(entry: Entry, order: LaunchOrder, stdout: Pipe, stderr: Pipe): ChildProcess {
  const [program = "", ...argv] = entry.enter;
  try {
    return spawn(program, argv, {
      stdio: [order.stdin ? "pipe" : "ignore", stdout.writeEnd, stderr.writeEnd, "pipe", "pipe"],
      env: HOST_ENV,
      cwd: "/",
      detached: entry.pidNamespace === "",
    });
  } finally {
    stdout.closeWriteEnd();
    stderr.closeWriteEnd();
  }
}

function writeOrder(child: ChildProcess, order: LaunchOrder): void {
  const vars = Object.entries(order.env).map(([name, value]) => `${name}=${value}`);
  const words = [order.cwd, ...vars, ...order.argv].map((word) => word.replaceAll("\0", ""));
  const orders = child.stdio[3] as Writable;
  orders.on("error", () => {});
  orders.end(words.map((word) => `${word}\0`).join(""));
  child.stdin?.on("error", () => {});
}

/**
 * The one child of a process, by its host id; undefined when it has none any more. Linux keeps this list for each thread, and
 * the programs we ask about have one thread.
 */
export function onlyChildOf(pid: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return /^\d+$/.test(children) ? Number(children) : undefined;
  } catch {
    return undefined;
  }
}

/** The name of a namespace as the kernel prints it, such as `pid:[4026532]`; empty when the process is gone. */
export function namespaceName(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/**
 * Signals are sent from the host, so that they arrive also in a sandbox that is full of processes. The process found is
 * killed only when it does live in the sandbox's namespace: a number alone could by now mean another process.
 */
function killIn(entry: Entry, child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): boolean {
  const isPlain = entry.pidNamespace === "";
  const pid = isPlain ? child.pid : onlyChildOf(child.pid ?? 0);
  if (!pid) return false;
  if (!isPlain && namespaceName(`/proc/${pid}/ns/pid`) !== entry.pidNamespace) return false;
  try {
    return process.kill(signal === "SIGKILL" ? -pid : pid, signal);
  } catch {
    return false;
  }
}
