import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { HOME, LOG_DIR, PID_FILE, ROOT } from "./paths";

/** A process of ours, with the time it was started, so that a number that was given out again is not taken for it. */
type Known = { pid: number; started: string };
type PidFile = { main: Known; children: Known[] };

/** When a process was started, as the system says it; null when there is none. */
function startedAt(pid: number): string | null {
  try {
    return (
      execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || null
    );
  } catch {
    return null;
  }
}

function isAlive(known: Known): boolean {
  return startedAt(known.pid) === known.started;
}

function readPidFile(): PidFile | null {
  try {
    return JSON.parse(readFileSync(PID_FILE, "utf8")) as PidFile;
  } catch {
    return null;
  }
}

const pids: PidFile = { main: { pid: process.pid, started: "" }, children: [] };

/** Notes this process as the one in charge. */
export function claimPidFile(): void {
  mkdirSync(HOME, { recursive: true });
  pids.main.started = startedAt(process.pid) ?? "";
  writeFileSync(PID_FILE, JSON.stringify(pids));
}

export function releasePidFile(): void {
  rmSync(PID_FILE, { force: true });
}

/** The process that is in charge now, if it is another one and alive. */
export function runningStart(): number | null {
  const file = readPidFile();
  return file && file.main.pid !== process.pid && isAlive(file.main) ? file.main.pid : null;
}

/** Ends what an earlier start left behind when it was killed: it and its children, by their process groups. */
export function reapEarlier(): number {
  const file = readPidFile();
  if (!file) return 0;
  const left = [file.main, ...file.children].filter(
    (one) => one.pid !== process.pid && isAlive(one),
  );
  for (const { pid } of left) killGroup(pid, "SIGKILL");
  return left.length;
}

/** Starts a script of this checkout in its own process group; what it prints goes to `.soulcaster/logs/NAME.log`. */
export function startChild(
  name: string,
  [script, ...args]: [script: string, ...string[]],
  options: { cwd: string; env: Record<string, string> },
): ChildProcess {
  mkdirSync(LOG_DIR, { recursive: true });
  const log = createWriteStream(path.join(LOG_DIR, `${name}.log`));
  const child = spawn(process.execPath, ["--import", "tsx", path.join(ROOT, script), ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  if (child.pid !== undefined) {
    pids.children.push({ pid: child.pid, started: startedAt(child.pid) ?? "" });
    writeFileSync(PID_FILE, JSON.stringify(pids));
  }
  return child;
}

/** Ends a child and all that it started: politely first, and for sure after five seconds. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const pid = child.pid;
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
  killGroup(pid, "SIGTERM");
  const timer = setTimeout(() => killGroup(pid, "SIGKILL"), 5_000);
  await ended;
  clearTimeout(timer);
  // What the child started may outlive it: the group is asked once more.
  killGroup(pid, "SIGKILL");
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
    } catch {
      // Gone already.
    }
  }
}
