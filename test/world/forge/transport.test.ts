import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  headOf,
  openPull,
  READ_TOKEN,
  startTestForge,
  TOKEN,
  userGit,
  where,
  type TestForge,
} from "./testing";

let forge: TestForge;
let home: string;
beforeAll(async () => {
  forge = await startTestForge();
  home = await mkdtemp(path.join(forge.dir, "home-"));
});
afterAll(() => forge.end());

function address(token?: string): string {
  const url = new URL(`${forge.url}/acme/shop.git`);
  if (token !== undefined) {
    url.username = "x-access-token";
    url.password = token;
  }
  return url.href;
}

async function clone(token?: string): Promise<string> {
  const dir = await mkdtemp(path.join(home, "clone-"));
  await userGit(home, "clone", "--quiet", address(token), dir);
  return dir;
}

describe("git against the played GitHub", () => {
  it("clones without a token, also shallow", async () => {
    const dir = await clone();
    expect(await readFile(path.join(dir, "README.md"), "utf8")).toBe("# Shop\n");
    expect((await userGit(dir, "rev-parse", "HEAD")).trim()).toBe(await headOf(forge.octokit));
    const shallow = path.join(home, "shallow");
    await userGit(home, "clone", "--quiet", "--depth=1", "--filter=blob:none", address(), shallow);
    expect((await userGit(shallow, "rev-list", "--count", "HEAD")).trim()).toBe("1");
  });

  it("takes a push with a token, large enough to come in pieces, and follows it", async () => {
    const dir = await clone(TOKEN);
    const number = await openPull(forge.octokit, "pushed", { "p.txt": "1" });
    await userGit(dir, "fetch", "--quiet", "origin");
    await userGit(dir, "checkout", "--quiet", "pushed");
    await writeFile(path.join(dir, "big.bin"), randomBytes(3 * 1024 * 1024));
    await userGit(dir, "add", "--all");
    await userGit(dir, "commit", "--quiet", "-m", "Big");
    await userGit(dir, "push", "--quiet", "origin", "pushed");
    const sha = (await userGit(dir, "rev-parse", "HEAD")).trim();
    const { data } = await forge.octokit.rest.pulls.get({ ...where, pull_number: number });
    expect(data.head.sha).toBe(sha);
    expect(data.commits).toBe(2);
    await userGit(dir, "push", "--quiet", "origin", "--delete", "pushed");
    const closed = await forge.octokit.rest.pulls.get({ ...where, pull_number: number });
    expect(closed.data.state).toBe("closed");
  });

  it("marks a pull request merged when its commits are pushed to the base", async () => {
    const number = await openPull(forge.octokit, "by-push", { "bp.txt": "1" });
    const dir = await clone(TOKEN);
    await userGit(dir, "merge", "--quiet", "--no-ff", "-m", "By hand", "origin/by-push");
    await userGit(dir, "push", "--quiet", "origin", "main");
    const { data } = await forge.octokit.rest.pulls.get({ ...where, pull_number: number });
    expect([data.merged, data.changed_files]).toEqual([true, 1]);
  });

  it("takes no push without a token, with a wrong one, or with one that may only read", async () => {
    const before = await headOf(forge.octokit);
    for (const token of [undefined, "wrong", READ_TOKEN]) {
      const dir = await clone();
      await writeFile(path.join(dir, "evil.txt"), "x");
      await userGit(dir, "add", "--all");
      await userGit(dir, "commit", "--quiet", "-m", "Evil");
      const push = userGit(dir, "push", "--quiet", address(token), "main");
      await expect(push).rejects.toThrow(/Authentication|could not read|403|terminal prompts/);
    }
    const post = await fetch(`${address()}/git-receive-pack`, { method: "POST", body: "0000" });
    expect(post.status).toBe(401);
    expect(await headOf(forge.octokit)).toBe(before);
  });

  it("takes no ref of its own kind from outside", async () => {
    const dir = await clone(TOKEN);
    const push = userGit(dir, "push", "--quiet", "origin", "HEAD:refs/pull/99/head");
    await expect(push).rejects.toThrow();
  });

  it.each([
    "/acme/absent.git/info/refs?service=git-upload-pack",
    "/acme/..%2Fshop.git/info/refs?service=git-upload-pack",
    "/acme/shop.git/info/refs?service=git-upload-archive",
    "/acme/shop.git/info/refs",
    "/acme/shop.git/HEAD",
    "/acme/shop.git/config",
    "/acme/shop.git/objects/info/packs",
  ])("does not serve %s", async (address) => {
    expect((await fetch(forge.url + address)).status).toBe(404);
  });

  it("leaves nothing of a user's or a machine's configuration in reach", async () => {
    const odd = path.join(home, "odd");
    await mkdir(odd, { recursive: true });
    await writeFile(path.join(odd, ".gitconfig"), "[user]\n\tname = Somebody\n");
    const before = process.env.HOME;
    process.env.HOME = odd;
    try {
      const number = await openPull(forge.octokit, "cfg", { "cfg.txt": "c" });
      const { data } = await forge.octokit.rest.pulls.listCommits({
        ...where,
        pull_number: number,
      });
      expect(data[0]?.commit.author?.name).toBe("soulcaster");
    } finally {
      process.env.HOME = before;
      await rm(odd, { recursive: true });
    }
  });
});
