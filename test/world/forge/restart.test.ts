import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startForge } from "./index";
import {
  client,
  commitFiles,
  headOf,
  openPull,
  startTestForge,
  TOKEN,
  where,
  type TestForge,
} from "./testing";
import type { ForgeState } from "./state";

const WAIT = { timeout: 10_000, interval: 20 };
let forge: TestForge;
afterEach(() => forge.end());

async function changeState(change: (state: ForgeState) => void): Promise<void> {
  const file = path.join(forge.options.dir, "state.json");
  const state = JSON.parse(await readFile(file, "utf8")) as ForgeState;
  change(state);
  await writeFile(file, JSON.stringify(state));
}

describe("the played GitHub over restarts", () => {
  it("keeps repositories, issues, pull requests and hooks", async () => {
    forge = await startTestForge();
    const { issues, repos } = forge.octokit.rest;
    const number = await openPull(forge.octokit, "kept", { "k.txt": "k" });
    await issues.createComment({ ...where, issue_number: number, body: "kept" });
    await repos.createWebhook({ ...where, config: { url: `${forge.url}/nowhere` } });
    const head = await headOf(forge.octokit, "kept");
    await forge.stop();
    const again = await startForge(forge.options);
    try {
      const { rest } = client(again.url);
      const { data } = await rest.pulls.get({ ...where, pull_number: number });
      expect([data.head.sha, data.comments]).toEqual([head, 1]);
      expect((await rest.repos.listWebhooks(where)).data).toHaveLength(1);
      const next = await rest.issues.create({ ...where, title: "Next" });
      expect(next.data.number).toBe(number + 1);
    } finally {
      await again.stop();
    }
  });

  it("forgets everything but the seed on reset", async () => {
    forge = await startTestForge();
    const first = await headOf(forge.octokit);
    await openPull(forge.octokit, "gone", { "README.md": "changed" });
    await forge.octokit.rest.pulls.merge({ ...where, pull_number: 1 });
    await fetch(`${forge.url}/__world/reset`, { method: "POST" });
    expect(await headOf(forge.octokit)).toBe(first);
    const { data } = await forge.octokit.rest.issues.listForRepo({ ...where, state: "all" });
    expect(data).toEqual([]);
    expect((await forge.octokit.rest.repos.listBranches(where)).data).toHaveLength(1);
    expect(await openPull(forge.octokit, "gone", { "a.txt": "a" })).toBe(1);
  });

  it("loses nothing that it has answered when its process is killed", async () => {
    forge = await startTestForge();
    await forge.stop();
    const program = `import { startForge } from ${JSON.stringify(path.join(import.meta.dirname, "index.ts"))};
      startForge(${JSON.stringify(forge.options)}).then((one) => console.log(one.url));`;
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "-e", program],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const url = await new Promise<string>((resolve) => {
      child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    });
    const octokit = client(url);
    const answered: number[] = [];
    const writing = (async () => {
      for (;;) {
        const { data } = await octokit.rest.issues.create({ ...where, title: "During a kill" });
        answered.push(data.number);
      }
    })().catch(() => {});
    await vi.waitFor(() => expect(answered.length).toBeGreaterThan(5), { timeout: 10_000 });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await Promise.all([ended, writing]);
    const again = await startForge(forge.options);
    try {
      const kept = await client(again.url).paginate("GET /repos/{owner}/{repo}/issues", {
        ...where,
        per_page: 100,
      });
      const numbers = new Set((kept as { number: number }[]).map((one) => one.number));
      expect(answered.filter((one) => !numbers.has(one))).toEqual([]);
    } finally {
      await again.stop();
    }
  }, 30_000);

  it("finishes a merge that was killed after git had moved, and drops one killed before", async () => {
    forge = await startTestForge();
    const done = await openPull(forge.octokit, "done", { "d.txt": "d" });
    const not = await openPull(forge.octokit, "not", { "n.txt": "n" });
    const { data } = await forge.octokit.rest.pulls.merge({
      ...where,
      pull_number: done,
      merge_method: "squash",
    });
    const unborn = await commitFiles(forge.octokit, "elsewhere", { "e.txt": "e" });
    await forge.stop();
    await changeState((state) => {
      for (const issue of state.repos[0]?.issues ?? []) {
        if (!issue.pull) continue;
        issue.state = "open";
        issue.pull.mergedAt = null;
        const sha = issue.number === done ? data.sha : unborn;
        issue.pull.pendingMerge = { sha, by: "soulcaster" };
      }
    });
    const again = await startForge(forge.options);
    try {
      const get = async (number: number) =>
        (await client(again.url).rest.pulls.get({ ...where, pull_number: number })).data;
      expect(await get(done)).toMatchObject({ merged: true, merge_commit_sha: data.sha });
      expect(await get(not)).toMatchObject({ merged: false, state: "open" });
    } finally {
      await again.stop();
    }
  });

  it("delivers on the next start what was still in the outbox, and clears locks left behind", async () => {
    forge = await startTestForge({ retryDelaysMs: [60_000] });
    const events: string[] = [];
    const target = createServer((request, response) => {
      events.push(String(request.headers["x-github-event"]));
      request.resume();
      response.end();
    });
    await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
    const { port } = target.address() as AddressInfo;
    try {
      await forge.octokit.rest.repos.createWebhook({
        ...where,
        events: ["issues"],
        config: { url: `http://127.0.0.1:${port}/`, content_type: "json" },
      });
      await vi.waitFor(() => expect(events).toEqual(["ping"]), WAIT);
      await forge.octokit.rest.issues.create({ ...where, title: "Unsent" });
      await vi.waitFor(() => expect(events).toHaveLength(2), WAIT);
      await forge.stop();
      await changeState((state) => {
        for (const one of state.repos[0]?.deliveries ?? []) {
          if (one.event === "issues") one.pending = true;
        }
      });
      const bare = path.join(forge.options.dir, "git", "acme", "shop.git");
      await writeFile(path.join(bare, "refs", "heads", "main.lock"), "");
      const again = await startForge({ ...forge.options, token: TOKEN });
      try {
        await vi.waitFor(() => expect(events).toEqual(["ping", "issues", "issues"]), WAIT);
        await commitFiles(client(again.url), "main", { "after.txt": "a" });
        expect((await readdir(bare)).filter((name) => name.startsWith("index-"))).toEqual([]);
      } finally {
        await again.stop();
      }
    } finally {
      await new Promise((resolve) => target.close(resolve));
    }
  });

  it("refuses to start twice on one port and with a name that could leave its folder", async () => {
    forge = await startTestForge();
    await expect(startForge({ ...forge.options, port: forge.port })).rejects.toThrow("EADDRINUSE");
    const seed = [{ owner: "..", name: "x", from: "." }];
    await expect(startForge({ ...forge.options, seed })).rejects.toThrow("bad name");
  });
});
