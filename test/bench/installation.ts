import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { startProduct } from "../e2e/product";
import type { LocalFile } from "../world/start/local-file";
import { HOME } from "../world/start/paths";

const WAIT_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 25;

/** A project for one measurement, with a webhook of its own: nothing else comes in there. */
export type BenchProject = { api: string; token: string; url: string; secret: string };

export type Installation = { local: LocalFile; setupToken: string; stop(): Promise<void> };

/** Starts a product of its own in a temporary home, or uses the running one whose home is named (`.`: this checkout's). */
export function openInstallation(use: string | undefined): Promise<Installation> {
  return use === undefined ? startOwn() : Promise.resolve(useRunning(use));
}

async function startOwn(): Promise<Installation> {
  console.log("Starting the product in a temporary home …");
  const product = await startProduct();
  return {
    local: product.local,
    setupToken: setupTokenOf(product.home),
    stop: async () => {
      await product.stop();
      product.remove();
    },
  };
}

function useRunning(given: string): Installation {
  const home = given === "." ? HOME : given;
  const local = JSON.parse(readFileSync(path.join(home, "local.json"), "utf8")) as LocalFile;
  return { local, setupToken: setupTokenOf(home), stop: async () => {} };
}

function setupTokenOf(home: string): string {
  const secrets = JSON.parse(readFileSync(path.join(home, "secrets.json"), "utf8")) as {
    setupToken: string;
  };
  return secrets.setupToken;
}

/** Makes a project by the route that a deployment uses. */
export async function makeBenchProject({ local, setupToken }: Installation): Promise<BenchProject> {
  const secret = randomBytes(24).toString("base64url");
  const id = randomBytes(6).toString("hex");
  const made = await ask<{ token: string; sources: { sentry: { id: string } } }>(
    `${local.api}/set-up`,
    setupToken,
    "POST",
    JSON.stringify({
      email: `bench-${id}@localhost.test`,
      project: { name: `Bench ${id}`, github_repo: local.repo, approval_required: false },
      source_secrets: { sentry: secret },
      with_token: true,
    }),
  );
  const url = `${local.api}/ingest/sentry/${made.sources.sentry.id}`;
  return { api: local.api, token: made.token, url, secret };
}

export function get<T>(round: BenchProject, at: string): Promise<T> {
  return ask<T>(`${round.api}${at}`, round.token, "GET");
}

export async function ask<T>(
  url: string,
  token: string,
  method: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

/** Waits until `look` finds something. Throws after `limitMs`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null>,
  limitMs = WAIT_LIMIT_MS,
): Promise<T> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`This did not happen in time: ${what}.`);
}
