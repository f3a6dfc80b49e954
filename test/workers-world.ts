import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { startForge } from "./world/forge";
import { startModel } from "./world/model";
import { startReddit } from "./world/reddit";
import { detectIsolation, startSandboxService } from "./world/sandbox";

/** Where the played outside world is, for tests inside workerd. */
export type World = {
  forge: string;
  forgeToken: string;
  /** Of `ann`, who may write to the repository, and of `mallory`, who may only read. */
  reviewerToken: string;
  strangerToken: string;
  sandbox: string;
  sandboxKey: string;
  model: string;
  modelKey: string;
  reddit: string;
  redditId: string;
  redditSecret: string;
};

declare module "vitest" {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- merged with vitest's own
  export interface ProvidedContext {
    world: World;
  }
}

/**
 * Starts the played forge, sandbox and model for all tests in workerd, and ends them afterwards. The Worker under test has no
 * address of its own, so the gateway's name leads nowhere here: `test/e2e/agents.e2e.ts` goes the whole way through a sandbox.
 */
export default async function startTestWorld(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(path.join(os.tmpdir(), "soulcaster-world-"));
  const forgeToken = "ghp_token-for-tests-only";
  const reviewerToken = "ghp_reviewer-for-tests-only";
  const strangerToken = "ghp_stranger-for-tests-only";
  const sandboxKey = "e2b_key-for-tests-only";
  const from = path.join(import.meta.dirname, "world", "sample");
  const forge = await startForge({
    dir: path.join(dir, "forge"),
    token: forgeToken,
    logins: [
      { login: "ann", token: reviewerToken, permission: "write" },
      { login: "mallory", token: strangerToken, permission: "read" },
    ],
    seed: [{ owner: "acme", name: "orders", from }],
  });
  const sandbox = await startSandboxService({
    dir: path.join(dir, "sandbox"),
    apiKey: sandboxKey,
    isolation: await detectIsolation(),
    hosts: { "gateway.soulcaster.local": "http://127.0.0.1:9" },
  });
  const modelKey = "sk-model-key-for-tests-only";
  const model = await startModel({ apiKey: modelKey });
  const credentials = { clientId: "reddit-id-for-tests", clientSecret: "reddit-secret-for-tests" };
  const reddit = await startReddit(credentials);
  project.provide("world", {
    forge: forge.url,
    forgeToken,
    reviewerToken,
    strangerToken,
    sandbox: sandbox.url,
    sandboxKey,
    model: model.url,
    modelKey,
    reddit: reddit.url,
    redditId: credentials.clientId,
    redditSecret: credentials.clientSecret,
  });
  return async () => {
    await Promise.all([forge.stop(), sandbox.stop(), model.stop(), reddit.stop()]);
    rmSync(dir, { recursive: true, force: true });
  };
}
