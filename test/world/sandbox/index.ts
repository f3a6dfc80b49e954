import { mkdir, readFile, readdir, realpath, rename, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "hono";
import { createStandIn, listen, type RunningStandIn } from "../stand-in";
import type { StandIn, StandInEnv } from "../stand-in";
import { addControlRoutes, isSame } from "./control-routes";
import { watchDisk } from "./disk-watch";
import { addFilesystemRoutes } from "./filesystem-routes";
import { detectIsolation, probeIsolation, type Isolation } from "./isolation";
import { clearAway, type Tool } from "./layout";
import { defaultLimits, type SandboxLimits } from "./limits";
import { addProcessRoutes } from "./process-routes";
import { createSandbox, type Sandbox, type SandboxRequest } from "./sandbox";

export { detectIsolation, probeIsolation, type Isolation };

export type SandboxServiceOptions = {
  /** Holds the sandboxes' folders. One service at a time; what an earlier one left in it is removed. */
  dir: string;
  port?: number;
  apiKey: string;
  isolation: Isolation;
  /** Names that exist only for sandboxes → base URL on the host. `http://<name>/x` goes to `<base>/x` where allowed. */
  hosts: Record<string, string>;
  /** Extra read-only mounts; none may lie under /home or /tmp inside. */
  tools?: Tool[];
  limits?: Partial<SandboxLimits>;
};

const ENVD_PATH = /^\/(files|process\.Process\/\w+|filesystem\.Filesystem\/\w+)$/;
const LEFT_OVER = /^i[0-9a-f]{20}(\.gone)?$/;

/**
 * Plays e2b: control API and envd on one port, for the unmodified SDK with `apiUrl` and `sandboxUrl` set to `url`. Sandboxes
 * are real. They live as long as the service: when it stops, or dies in whatever way, every process in them ends. Rejects when
 * another service uses `dir` or the port is taken.
 *
 * Further routes: `GET /__world/isolation` → Isolation; `GET /__world/sandboxes` → their ids, metadata, network and commands.
 */
export async function startSandboxService(
  options: SandboxServiceOptions,
): Promise<RunningStandIn & { standIn: StandIn }> {
  const limits = { ...defaultLimits, ...options.limits };
  const dir = await takeOver(options.dir);
  const sandboxes = new Map<string, Sandbox>();
  const context = {
    dir,
    isolation: options.isolation.kind,
    hosts: lowerCased(options.hosts),
    tools: options.tools ?? [],
    limits,
  };
  let isStopping = false;

  async function create(request: SandboxRequest): Promise<Sandbox> {
    const sandbox = await createSandbox(context, request);
    sandboxes.set(sandbox.id, sandbox);
    void sandbox.ended.then(() => sandboxes.delete(sandbox.id));
    if (isStopping) await sandbox.kill();
    return sandbox;
  }

  async function killAll(): Promise<void> {
    await Promise.all([...sandboxes.values()].map((sandbox) => sandbox.kill()));
  }

  const standIn = createStandIn(killAll);
  const { app } = standIn;
  app.onError((error, c) => c.json({ code: 500, message: error.message }, 500));
  app.get("/__world/isolation", (c) => c.json(options.isolation));
  app.get("/__world/sandboxes", (c) => c.json([...sandboxes.values()].map(describe)));
  addControlRoutes(app, {
    apiKey: options.apiKey,
    limits,
    all: () => [...sandboxes.values()],
    get: (id) => sandboxes.get(id),
    create,
  });
  app.get("/health", (c) => {
    return sandboxOf(c) ? c.body(null, 204) : gone(c);
  });
  app.use(async (c, next) => {
    if (!ENVD_PATH.test(c.req.path)) return next();
    const sandbox = sandboxOf(c);
    if (!sandbox) return gone(c);
    if (!isSame(c.req.header("x-access-token"), sandbox.token)) {
      return c.json({ code: "unauthenticated", message: "invalid access token" }, 401);
    }
    const user = userOf(c.req.header("authorization"), c.req.query("username"));
    if (user === "user") return next();
    return c.json({ code: "unauthenticated", message: `no user '${user}' here` }, 401);
  });

  function sandboxOf(c: Context<StandInEnv>): Sandbox | undefined {
    return sandboxes.get(c.req.header("e2b-sandbox-id") ?? "");
  }

  function find(c: Context<StandInEnv>): Sandbox {
    const sandbox = sandboxOf(c);
    if (!sandbox) throw new Error("the sandbox ended during the call");
    return sandbox;
  }

  app.notFound((c) => {
    return c.json({ code: 501, message: `${c.req.path} is not played by this stand-in` }, 501);
  });
  addProcessRoutes(app, find);
  addFilesystemRoutes(app, find, limits.formBytes);

  const watch = watchDisk(dir, { bytes: limits.diskBytes, files: limits.files }, () => [
    ...sandboxes.values(),
  ]);
  const running = await listen(app, options.port).catch((error: unknown) => {
    watch.stop();
    throw error;
  });
  return {
    ...running,
    standIn,
    async stop() {
      isStopping = true;
      watch.stop();
      await killAll();
      await running.stop();
      await clearAway(join(dir, "service.json"));
    },
  };
}

function gone(c: Context<StandInEnv>): Response {
  return c.json({ code: 502, message: "The sandbox was not found", sandboxId: "" }, 502);
}

/** The user is named by basic authorization (without a password) or by the query; there is only one. */
function userOf(authorization: string | undefined, username: string | undefined): string {
  if (username) return username;
  if (!authorization?.startsWith("Basic ")) return "user";
  const text = Buffer.from(authorization.slice(6), "base64").toString("utf8");
  return text.split(":")[0] || "user";
}

function describe(sandbox: Sandbox): Record<string, unknown> {
  return {
    sandboxID: sandbox.id,
    metadata: sandbox.request.metadata,
    network: sandbox.network(),
    endAt: sandbox.endAt().toISOString(),
    commands: [...sandbox.commands.values()].map(({ pid, tag, config }) => ({ pid, tag, config })),
  };
}

function lowerCased(hosts: Record<string, string>): Record<string, string> {
  const pairs = Object.entries(hosts).map(([name, base]) => [name.toLowerCase(), base] as const);
  const bad = pairs.find(([name]) => !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name));
  if (bad) throw new Error(`not a host name: ${bad[0]}`);
  return Object.fromEntries(pairs);
}

/** When a process was started, in ticks since boot (proc(5), field 22); with the id it names one process for good. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/**
 * Makes the folder ours. The sandboxes of a service that died are dead (their processes ended with it), so only their folders
 * are left to remove. Resolves to its real path. Rejects when the service that used it still lives.
 */
async function takeOver(wanted: string): Promise<string> {
  await mkdir(wanted, { recursive: true });
  const dir = await realpath(wanted);
  const mark = join(dir, "service.json");
  const text = await readFile(mark, "utf8").catch(() => "{}");
  const { pid, start } = JSON.parse(text) as { pid?: number; start?: string };
  if (pid && pid !== process.pid && start && startOf(pid) === start) {
    throw new Error(`another sandbox service (process ${pid}) uses ${dir}`);
  }
  await writeFile(`${mark}.new`, JSON.stringify({ pid: process.pid, start: startOf(process.pid) }));
  await rename(`${mark}.new`, mark);
  for (const name of await readdir(dir)) {
    if (LEFT_OVER.test(name)) await clearAway(join(dir, name));
  }
  return dir;
}
