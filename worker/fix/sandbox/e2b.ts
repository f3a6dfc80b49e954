import type { Sandbox as E2bSandbox } from "e2b";
import { ForeignError } from "../../kit/foreign-error";
import {
  SandboxLost,
  type CommandOptions,
  type CommandResult,
  type Sandbox,
  type SandboxPurpose,
  type Sandboxes,
} from "./sandbox";

export type E2bSettings = {
  apiKey: string;
  apiUrl: string | undefined;
  sandboxUrl: string | undefined;
  template: string;
};

/** Longer than the longest step of a run. */
const LIFETIME_MS = 60 * 60 * 1000;
const REQUEST_TIMEOUT_MS = 60_000;
const KEPT_OUTPUT = 200_000;
const MOST_LISTED = 500;

/** e2b by its own SDK, or whatever answers its protocol at the given addresses. */
export function createE2bSandboxes(settings: E2bSettings): Sandboxes {
  const connection = {
    apiKey: settings.apiKey,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    ...(settings.apiUrl ? { apiUrl: settings.apiUrl } : {}),
    ...(settings.sandboxUrl ? { sandboxUrl: settings.sandboxUrl } : {}),
  };

  async function idsOf(metadata: { runId: string; purpose?: SandboxPurpose }): Promise<string[]> {
    const { Sandbox } = await import("e2b");
    const paginator = Sandbox.list({ ...connection, query: { metadata } });
    const ids: string[] = [];
    while (paginator.hasNext && ids.length < 100) {
      ids.push(...(await paginator.nextItems()).map((one) => one.sandboxId));
    }
    return ids;
  }

  async function connect(sandboxId: string): Promise<Sandbox> {
    const { Sandbox } = await import("e2b");
    return adapt(await Sandbox.connect(sandboxId, { ...connection, timeoutMs: LIFETIME_MS }));
  }

  return {
    open: (runId, purpose, allowedHosts) =>
      guarded(async () => {
        const [known] = await idsOf({ runId, purpose });
        if (known) return { sandbox: await connect(known), created: false };
        const { Sandbox } = await import("e2b");
        const made = await Sandbox.create(settings.template, {
          ...connection,
          timeoutMs: LIFETIME_MS,
          metadata: { runId, purpose },
          network: networkOf(allowedHosts),
        });
        return { sandbox: adapt(made), created: true };
      }),
    find: (runId, purpose) =>
      guarded(async () => {
        const [known] = await idsOf({ runId, purpose });
        return known ? connect(known) : null;
      }),
    connect: (sandboxId) => guarded(() => connect(sandboxId)),
    list: () =>
      guarded(async () => {
        const { Sandbox } = await import("e2b");
        const paginator = Sandbox.list(connection);
        const open: { id: string; runId: string }[] = [];
        while (paginator.hasNext && open.length < MOST_LISTED) {
          for (const { sandboxId: id, metadata } of await paginator.nextItems())
            if (metadata["runId"]) open.push({ id, runId: metadata["runId"] });
        }
        return open;
      }),
    close: (runId) =>
      guarded(async () => {
        const { Sandbox } = await import("e2b");
        for (const id of await idsOf({ runId })) await Sandbox.kill(id, connection);
      }),
  };
}

function networkOf(hosts: string[]) {
  return { allowOut: hosts, denyOut: ["0.0.0.0/0"] };
}

function adapt(sandbox: E2bSandbox): Sandbox {
  return {
    id: sandbox.sandboxId,
    run: (command, options) => guarded(() => runCommand(sandbox, command, options)),
    start: (command, { cwd, env }) =>
      guarded(async () => {
        const handle = await sandbox.commands.run(command, {
          cwd,
          envs: env,
          background: true,
          timeoutMs: 0,
        });
        await handle.disconnect();
      }),
    write: (path, content) =>
      guarded(async () => {
        const data = content instanceof Uint8Array ? toArrayBuffer(content) : content;
        await sandbox.files.write(path, data, { requestTimeoutMs: 10 * 60_000 });
      }),
    read: (path) =>
      guarded(async () => {
        try {
          return await sandbox.files.read(path, { format: "bytes" });
        } catch (error) {
          if (nameOf(error) === "FileNotFoundError" || nameOf(error) === "NotFoundError")
            return null;
          throw error;
        }
      }),
    allowOnly: (hosts) => guarded(() => sandbox.updateNetwork(networkOf(hosts))),
  };
}

async function runCommand(
  sandbox: E2bSandbox,
  command: string,
  options: CommandOptions,
): Promise<CommandResult> {
  let head = "";
  let tail = "";
  let cut = 0;
  function keep(text: string): void {
    options.onOutput?.(text);
    if (head.length < KEPT_OUTPUT / 2) head += text;
    else tail += text;
    if (tail.length <= KEPT_OUTPUT / 2) return;
    cut += tail.length - KEPT_OUTPUT / 2;
    tail = tail.slice(-KEPT_OUTPUT / 2);
  }
  function ended(exitCode: number, timedOut = false): CommandResult {
    const middle = cut > 0 ? `\n[… ${cut} characters cut …]\n` : "";
    return { exitCode, output: head + middle + tail, timedOut };
  }
  try {
    const result = await sandbox.commands.run(command, {
      ...(options.cwd ? { cwd: options.cwd } : {}),
      envs: options.env ?? {},
      timeoutMs: options.timeoutMs,
      onStdout: keep,
      onStderr: keep,
    });
    return ended(result.exitCode);
  } catch (error) {
    if (nameOf(error) === "CommandExitError")
      return ended((error as { exitCode: number }).exitCode);
    if (nameOf(error) !== "TimeoutError") throw error;
    // The SDK names a sandbox that died under a command so, too.
    if (await sandbox.isRunning().catch(() => true)) return ended(124, true);
    throw new SandboxLost(error);
  }
}

async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ForeignError || error instanceof SandboxLost) throw error;
    throw toForeign(error);
  }
}

function toForeign(error: unknown): Error {
  const name = nameOf(error);
  if (name === "SandboxNotFoundError" || name === "NotFoundError") return new SandboxLost(error);
  if (name === "AuthenticationError") {
    return new ForeignError("unauthorized", "the sandbox service refused our key", {
      cause: error,
    });
  }
  if (name === "RateLimitError")
    return new ForeignError("rate_limited", "sandbox service", { cause: error });
  return new ForeignError("unavailable", `sandbox service: ${name}`, { cause: error });
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}
