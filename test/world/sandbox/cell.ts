import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { Server, type Socket } from "node:net";
import { bubblewrapArgv } from "./bubblewrap";
import { enterArgv, FLAGS, NAMESPACES, type NamespaceHandle } from "./enter";
import { HOST_ENV, launchIn, namespaceName, onlyChildOf } from "./launch";
import type { Launched, LaunchOrder } from "./launch";
import { layOut, type Layout, type Tool } from "./layout";
import type { SandboxLimits } from "./limits";
import { createPipeStore } from "./pipes";
import { DOORS, holderScript } from "./scripts";
import { unshareArgv } from "./unshare";

/**
 * The namespaces of one sandbox: mounts, processes, network, IPC and host name of its own, held by a process 1 that does
 * nothing. Commands enter from outside (`nsenter`), so nothing inside has to be trusted, and closing the cell ends every
 * process in it at once.
 */
export type Cell = {
  layout: Layout;
  /** Starts a command. Rejects with a LaunchError. */
  launch(order: LaunchOrder): Promise<Launched>;
  /** Ends every process inside and waits until they are gone. The folders stay. */
  close(): Promise<void>;
  /** Resolves when the cell is gone, whoever ended it. */
  closed: Promise<void>;
};

export type CellOptions = {
  kind: "bubblewrap" | "unshare";
  dir: string;
  /** Names that mean the sandbox's own 127.0.0.1 inside. */
  hosts: string[];
  tools: Tool[];
  limits: SandboxLimits;
  /** Called for each connection that a process inside makes to one of the doors. */
  onConnection(socket: Socket, door: number): void;
};

const START_MS = 10_000;

/** Lays the sandbox out in `dir` and opens its cell. Rejects with what the tools said when the machine does not allow it. */
export async function openCell(options: CellOptions): Promise<Cell> {
  return reopenCell(await layOut(options), options);
}

/** Opens a new cell on the folders of an earlier one, which must be closed. */
export async function reopenCell(layout: Layout, options: CellOptions): Promise<Cell> {
  const holder = await startHolder(layout, options);
  const handles = holdNamespaces(holder, layout);
  let isOpen = true;
  const closed = holder.gone.then(() => {
    isOpen = false;
    for (const door of holder.doors) door.close();
    for (const { fd } of handles) closeSync(fd);
  });
  const entry = {
    enter: enterArgv(layout, handles, options.limits),
    pipes: createPipeStore(layout.pipes),
    pidNamespace: handles.find((one) => one.kind === "pid")?.name ?? "none",
    isOpen: () => isOpen,
  };

  async function close(): Promise<void> {
    isOpen = false;
    end(holder.child);
    await closed;
  }

  return { layout, closed, close, launch: (order) => launchIn(entry, order) };
}

/** The holder ends with its standard input; killing it as well is only faster. */
function end(child: ChildProcess): void {
  child.stdin?.destroy();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const pid = onlyChildOf(child.pid ?? 0);
  if (!pid) return void child.kill("SIGKILL");
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was faster.
  }
}

type Holder = { child: ChildProcess; doors: Server[]; gone: Promise<void> };
type Message = { door?: number; ready?: boolean; failed?: string };

function startHolder(layout: Layout, options: CellOptions): Promise<Holder> {
  const build = options.kind === "bubblewrap" ? bubblewrapArgv : unshareArgv;
  const [program = "", ...argv] = build(layout);
  const script = ["bash", "--norc", "-c", holderScript(layout.uid !== undefined), "holder"];
  const child = spawn(program, [...argv, ...script, layout.node, DOORS], {
    stdio: ["pipe", "ignore", "pipe", "ipc"],
    env: HOST_ENV,
    cwd: "/",
  });
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  child.stdin?.on("error", () => {});
  const doors: Server[] = [];
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail("it took too long"), START_MS);
    function fail(why: string): void {
      clearTimeout(timer);
      end(child);
      for (const door of doors) door.close();
      reject(new Error(`${options.kind} did not start: ${why}`));
    }
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => fail(complaints.trim() || `exit code ${code}`));
    child.on("message", (message: Message, handle) => {
      if (message.failed) fail(message.failed);
      if (message.door !== undefined && handle instanceof Server) {
        const { door } = message;
        doors.push(handle);
        handle.on("connection", (socket) => options.onConnection(socket, door));
      }
      if (!message.ready) return;
      clearTimeout(timer);
      child.once("disconnect", () => resolve({ child, doors, gone }));
      child.send({ done: true }, () => child.disconnect());
    });
  });
}

/**
 * Keeps the namespaces open by descriptor. Entering by process id could, after the holder's death, enter whatever process got
 * its number: one of the host's.
 */
function holdNamespaces(holder: Holder, layout: Layout): NamespaceHandle[] {
  const pid = onlyChildOf(holder.child.pid ?? 0);
  const wanted = NAMESPACES.filter((kind) => kind !== "user" || layout.uid === undefined);
  const handles = wanted.map((kind) => {
    const path = `/proc/${pid}/ns/${kind}`;
    return { kind, fd: openSync(path, "r"), name: namespaceName(path) };
  });
  const shared = handles.find(({ kind, name }) => name === namespaceName(`/proc/self/ns/${kind}`));
  if (!shared) return handles;
  end(holder.child);
  throw new Error(`no ${FLAGS[shared.kind]} namespace was made`);
}
