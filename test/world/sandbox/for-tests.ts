import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sandbox, type SandboxOpts } from "e2b";
import { probeIsolation, startSandboxService, type Isolation } from "./index";
import type { SandboxServiceOptions } from "./index";

export const API_KEY = "e2b_0123456789abcdef0123456789abcdef01234567";
export const GATEWAY = "gateway.soulcaster.local";
export const FORGE = "forge.soulcaster.local";

/** The kinds of isolation that this machine allows, found by trying. Tests are made for each of them. */
export async function isolatedKinds(): Promise<("bubblewrap" | "unshare")[]> {
  const kinds = ["bubblewrap", "unshare"] as const;
  const faults = await Promise.all(kinds.map(probeIsolation));
  const possible = kinds.filter((_kind, index) => faults[index] === undefined);
  // The first is the one that the start uses; the others are tried by `npm run test:deep`.
  return process.env["SOULCASTER_DEEP"] ? possible : possible.slice(0, 1);
}

export type Played = Awaited<ReturnType<typeof startSandboxService>> & {
  dir: string;
  connection: { apiUrl: string; sandboxUrl: string; apiKey: string };
  gateway: { url: string; seen: { url: string; headers: IncomingMessage["headers"] }[] };
  create(options?: SandboxOpts): Promise<Sandbox>;
  end(): Promise<void>;
};

/** A service in a folder of its own, with a gateway and a forge behind virtual names. */
export async function play(
  kind: Isolation["kind"],
  options: Partial<SandboxServiceOptions> = {},
): Promise<Played> {
  const dir = await mkdtemp(join(tmpdir(), "soulcaster-sandbox-"));
  const seen: Played["gateway"]["seen"] = [];
  const gateway = createServer((request, response) => {
    seen.push({ url: request.url ?? "", headers: request.headers });
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => response.end(`gateway:${request.url}:${Buffer.concat(chunks)}`));
  });
  const url = await open(gateway);
  const service = await startSandboxService({
    dir: join(dir, "sandboxes"),
    apiKey: API_KEY,
    isolation: { kind },
    hosts: { [GATEWAY]: `${url}/gateway`, [FORGE]: `${url}/forge` },
    ...options,
  });
  const connection = { apiUrl: service.url, sandboxUrl: service.url, apiKey: API_KEY };
  return {
    ...service,
    dir,
    connection,
    gateway: { url, seen },
    create: (more) => Sandbox.create({ ...connection, ...more }),
    async end() {
      await service.stop();
      gateway.close();
      gateway.closeAllConnections();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function open(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

/** Runs a command that may fail, and gives what it said either way. */
export async function tell(
  sandbox: Sandbox,
  command: string,
  options: { timeoutMs?: number; cwd?: string; envs?: Record<string, string> } = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const handle = await sandbox.commands.run(command, { ...options, background: true });
  await handle.wait().catch((error: unknown) => {
    if (handle.exitCode === undefined) throw error;
  });
  return { exitCode: handle.exitCode ?? -1, stdout: handle.stdout, stderr: handle.stderr };
}
