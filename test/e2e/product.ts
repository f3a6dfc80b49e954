import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { LocalFile } from "../world/start/local-file";

const ROOT = path.join(import.meta.dirname, "..", "..");
const START_LIMIT_MS = 180_000;

/** The product as `npm start` runs it, in a home of its own, so that it stands beside a developer's own start. */
export type Product = {
  home: string;
  local: LocalFile;
  output(): string;
  /** Calls the API with the admin token. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Ends it politely; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** `kill -9` of the start itself: what it started is left behind. */
  kill(): Promise<void>;
  remove(): void;
};

/** Starts the product and waits until it says that it is ready. Rejects with its output when it is not. */
export async function startProduct(
  options: { home?: string; env?: Record<string, string> } = {},
): Promise<Product> {
  const home = options.home ?? mkdtempSync(path.join(os.tmpdir(), "soulcaster-home-"));
  const child = spawn(
    process.execPath,
    ["--import", "tsx", path.join(ROOT, "test/world/start.ts")],
    {
      cwd: ROOT,
      env: { ...process.env, SOULCASTER_HOME: home, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await ready(child, () => output);
  const local = JSON.parse(readFileSync(path.join(home, "local.json"), "utf8")) as LocalFile;
  return {
    home,
    local,
    output: () => output,
    api: (method, at, body) => call(local, method, at, body),
    stop: () => end(child, "SIGTERM"),
    kill: async () => void (await end(child, "SIGKILL")),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Waits until `look` answers something other than null, or throws after the limit. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null>,
  limitMs = 60_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const found = await look().catch(() => null);
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`Waited in vain: ${what}`);
}

async function ready(child: ChildProcess, output: () => string): Promise<void> {
  const end = Date.now() + START_LIMIT_MS;
  while (!output().includes("is ready")) {
    if (child.exitCode !== null || Date.now() > end)
      throw new Error(`The start failed:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve(child.exitCode);
    child.once("exit", (code) => resolve(code));
    child.kill(signal);
  });
}

async function call<T>(local: LocalFile, method: string, at: string, body?: unknown): Promise<T> {
  const response = await fetch(`${local.api}${at}`, {
    method,
    headers: {
      authorization: `Bearer ${local.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${at} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}
