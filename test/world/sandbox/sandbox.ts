import { randomBytes } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { openCell, reopenCell, type Cell, type CellOptions } from "./cell";
import { followCommand, type Command, type ProcessConfig } from "./command";
import { createEgress } from "./egress";
import { createFiles, type Files } from "./files";
import type { Isolation } from "./isolation";
import { LaunchError, type Launched, type LaunchOrder } from "./launch";
import { clearAway, layOut, type Layout, type Tool } from "./layout";
import type { SandboxLimits } from "./limits";
import { isWider, type NetworkPolicy } from "./network-policy";
import { openPlainCell } from "./plain-cell";

/** What a client asked for when it created a sandbox. */
export type SandboxRequest = {
  templateId: string;
  metadata: Record<string, string>;
  envs: Record<string, string>;
  network: NetworkPolicy;
  timeoutSeconds: number;
};

export type StartOrder = { config: ProcessConfig; tag: string | undefined; stdin: boolean };

/** One running sandbox. All of its methods reject with a LaunchError `gone` once it has ended. */
export type Sandbox = {
  id: string;
  token: string;
  request: SandboxRequest;
  startedAt: Date;
  endAt(): Date;
  network(): NetworkPolicy;
  commands: Map<number, Command>;
  files: Files;
  /** Host folders whose size counts. */
  folders: string[];
  start(order: StartOrder): Promise<Command>;
  /** Puts the end of its life at that many seconds from now. */
  setTimeout(seconds: number): void;
  /** Takes effect before it returns. Unless the new policy is wider, everything that runs inside ends first. */
  setNetwork(policy: NetworkPolicy): Promise<void>;
  /** Ends everything that runs inside, and says why in the end events. The sandbox lives on. */
  endProcesses(reason: string): Promise<void>;
  /** Ends it and removes its folders. */
  kill(): Promise<void>;
  ended: Promise<void>;
};

export type SandboxContext = {
  dir: string;
  isolation: Isolation["kind"];
  hosts: Record<string, string>;
  tools: Tool[];
  limits: SandboxLimits;
};

type AnyCell = Pick<Cell, "layout" | "launch" | "close" | "closed"> & { proxyPort?: number };

const PROXY_PORT = 3128;

/** Creates a sandbox: its folders, its cell and its way out. Rejects when the cell does not open. */
export async function createSandbox(
  context: SandboxContext,
  request: SandboxRequest,
): Promise<Sandbox> {
  const id = `i${randomBytes(10).toString("hex")}`;
  const dir = join(context.dir, id);
  const commands = new Map<number, Command>();
  let network = request.network;
  let isOver = false;
  const egress = createEgress({ policy: () => network, hosts: context.hosts });
  const cellOptions: Omit<CellOptions, "kind"> = {
    dir,
    hosts: Object.keys(context.hosts),
    tools: context.tools,
    limits: context.limits,
    onConnection: (socket) => egress.accept(socket),
  };

  async function openAny(layout?: Layout): Promise<AnyCell> {
    const kind = context.isolation;
    if (kind === "none") {
      return openPlainCell(layout ?? (await layOut(cellOptions)), (socket) =>
        egress.accept(socket),
      );
    }
    const options = { ...cellOptions, kind };
    return layout ? reopenCell(layout, options) : openCell(options);
  }

  const first = await openAny().catch(async (error: Error) => {
    await clearAway(dir);
    throw error;
  });
  const { layout } = first;
  let cell: Promise<AnyCell> = Promise.resolve(first);
  const roots =
    context.isolation === "none"
      ? { home: layout.home, tmp: layout.tmp }
      : { home: "/home/user", tmp: "/tmp" };

  /** A cell that was replaced while we were on our way into it is no reason to fail: the next one takes the command. */
  async function launch(order: LaunchOrder): Promise<Launched> {
    for (;;) {
      if (isOver) throw new LaunchError("gone", "the sandbox is gone");
      const current = await cell;
      try {
        return await current.launch(order);
      } catch (error) {
        const isGone = error instanceof LaunchError && error.code === "gone";
        if (!isGone || isOver || (await cell) === current) throw error;
      }
    }
  }

  function environment(port: number): Record<string, string> {
    const proxy = `http://127.0.0.1:${port}`;
    const local = "localhost,127.0.0.1,::1";
    return {
      PATH: layout.path,
      HOME: roots.home,
      USER: "user",
      LOGNAME: "user",
      SHELL: "/bin/bash",
      LANG: "C.UTF-8",
      TMPDIR: roots.tmp,
      E2B_SANDBOX: "true",
      E2B_SANDBOX_ID: id,
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      npm_config_proxy: proxy,
      npm_config_https_proxy: proxy,
      NO_PROXY: local,
      no_proxy: local,
    };
  }

  function folderOf(cwd: string | undefined): string {
    const asked = cwd || "/home/user";
    if (!asked.startsWith("/")) return join(roots.home, asked);
    return asked.replace(/^\/home\/user(?=\/|$)/, roots.home);
  }

  async function start(order: StartOrder): Promise<Command> {
    const { config } = order;
    const port = (await cell).proxyPort ?? PROXY_PORT;
    const launched = await launch({
      argv: [config.cmd, ...config.args],
      env: { ...environment(port), ...request.envs, ...config.envs },
      cwd: folderOf(config.cwd),
      stdin: order.stdin,
    });
    const command = followCommand(launched, config, order.tag);
    commands.set(command.pid, command);
    void command.ended.then(() => {
      if (commands.get(command.pid) === command) commands.delete(command.pid);
    });
    return command;
  }

  async function renew(old: AnyCell): Promise<AnyCell> {
    await old.close();
    egress.cut();
    if (isOver) throw new LaunchError("gone", "the sandbox is gone");
    return follow(await openAny(layout));
  }

  /** A cell that ends without being told to (the kernel ran out of memory, say) takes its sandbox along. */
  function follow(one: AnyCell): AnyCell {
    void one.closed.then(async () => {
      if ((await cell.catch(() => undefined)) === one) await kill();
    });
    return one;
  }

  async function endProcesses(reason: string): Promise<void> {
    for (const command of commands.values()) command.kill("SIGKILL", reason);
    cell = cell.then(renew);
    await cell.catch(async (error: Error) => {
      await kill();
      throw error;
    });
  }

  let killing: Promise<void> | undefined;
  let tellEnded: () => void = () => {};
  const ended = new Promise<void>((resolve) => (tellEnded = resolve));
  let timer: NodeJS.Timeout | undefined;
  let endAt = new Date();

  function kill(): Promise<void> {
    killing ??= end();
    return killing;
  }

  async function end(): Promise<void> {
    isOver = true;
    clearTimeout(timer);
    const last = await cell.catch(() => undefined);
    await last?.close();
    egress.cut();
    tellEnded();
    // Renaming first keeps a half-removed folder from ever being taken for a sandbox's.
    await rename(dir, `${dir}.gone`).then(
      () => clearAway(`${dir}.gone`),
      () => clearAway(dir),
    );
  }

  function setLife(seconds: number): void {
    const life = Math.min(seconds, context.limits.lifeSeconds);
    endAt = new Date(Date.now() + life * 1000);
    clearTimeout(timer);
    timer = setTimeout(() => void kill(), life * 1000);
    timer.unref();
  }

  follow(first);
  setLife(request.timeoutSeconds);
  return {
    id,
    token: randomBytes(24).toString("hex"),
    request,
    startedAt: new Date(),
    endAt: () => endAt,
    network: () => network,
    commands,
    files: createFiles(launch, roots),
    folders: [layout.home, layout.tmp],
    start,
    setTimeout: setLife,
    async setNetwork(policy) {
      const mustEnd = !isWider(network, policy);
      network = policy;
      if (mustEnd) await endProcesses("ended: the sandbox's network was narrowed");
    },
    endProcesses,
    kill,
    ended,
  };
}
