import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  client,
  commitFiles,
  headOf,
  refusal,
  startTestForge,
  where,
  type TestForge,
} from "./testing";

let forge: TestForge;
beforeAll(async () => {
  forge = await startTestForge();
});
afterAll(() => forge.end());

describe("the played GitHub's repository", () => {
  it("says who calls and what the repository is", async () => {
    const { users, repos } = forge.octokit.rest;
    expect((await users.getAuthenticated()).data).toMatchObject({ login: "soulcaster" });
    const { data } = await repos.get(where);
    expect(data).toMatchObject({
      full_name: "acme/shop",
      default_branch: "main",
      html_url: `${forge.url}/acme/shop`,
      permissions: { push: true, admin: true },
    });
    expect((await repos.get({ owner: "ACME", repo: "Shop" })).data.id).toBe(data.id);
    expect(await refusal(repos.get({ owner: "acme", repo: "absent" }))).toMatchObject({
      status: 404,
      message: "Not Found",
      body: { documentation_url: expect.stringContaining("https://docs.github.com") },
    });
    const role = await repos.getCollaboratorPermissionLevel({ ...where, username: "reader" });
    expect(role.data.permission).toBe("read");
  });

  it("seeds the folder as the first commit, the same on every machine", async () => {
    const { data } = await forge.octokit.rest.repos.getBranch({ ...where, branch: "main" });
    expect(data.commit.commit.message).toBe("Initial commit");
    expect(data.commit.sha).toBe("a228a289e766977d918e7bacae51fa7beeb5c3a3");
    const branch = { ...where, branch: "absent" };
    expect((await refusal(forge.octokit.rest.repos.getBranch(branch))).message).toBe(
      "Branch not found",
    );
  });

  it("reads files, folders and raw bytes at a branch with slashes", async () => {
    await commitFiles(forge.octokit, "a/b", { "src/über datei.txt": "grün\n" });
    const { repos } = forge.octokit.rest;
    const at = { ...where, ref: "a/b" };
    const file = await repos.getContent({ ...at, path: "src/über datei.txt" });
    if (Array.isArray(file.data) || file.data.type !== "file") throw new Error("not a file");
    expect(Buffer.from(file.data.content, "base64").toString()).toBe("grün\n");
    const folder = await repos.getContent({ ...at, path: "src" });
    if (!Array.isArray(folder.data)) throw new Error("not a folder");
    expect(folder.data.map((one) => `${one.type} ${one.path}`)).toEqual([
      "file src/cart.ts",
      "dir src/deep",
      "file src/über datei.txt",
    ]);
    const raw = await repos.getContent({
      ...at,
      path: "src/über datei.txt",
      mediaType: { format: "raw" },
    });
    expect(raw.data).toBe("grün\n");
    const root = await repos.getContent({ ...where, path: "" });
    expect(root.data).toHaveLength(2);
    for (const path of ["absent.txt", "src/../../x", ".git/config", "src/a\0b"]) {
      expect((await refusal(repos.getContent({ ...where, path }))).status).toBe(404);
    }
    const gone = repos.getContent({ ...where, path: "README.md", ref: "--output=/tmp/x" });
    expect((await refusal(gone)).message).toBe("No commit found for the ref --output=/tmp/x");
  });

  it("writes a file only against the sha that it has", async () => {
    const { repos } = forge.octokit.rest;
    const put = (content: string, sha?: string) =>
      repos.createOrUpdateFileContents({
        ...where,
        path: "docs/a.md",
        message: "Write",
        content: Buffer.from(content).toString("base64"),
        sha,
      });
    const made = await put("one");
    expect(made.status).toBe(201);
    expect((await refusal(put("two"))).message).toContain(`"sha" wasn't supplied`);
    const old = made.data.content?.sha ?? "";
    expect((await put("two", old)).status).toBe(200);
    expect(await refusal(put("three", old))).toMatchObject({
      status: 409,
      message: `docs/a.md does not match ${old}`,
    });
  });

  it("streams a tarball from where it redirects to", async () => {
    const sha = await headOf(forge.octokit);
    const manual = await fetch(`${forge.url}/repos/acme/shop/tarball/main`, { redirect: "manual" });
    expect(manual.status).toBe(302);
    const { data } = await forge.octokit.rest.repos.downloadTarballArchive({
      ...where,
      ref: "main",
    });
    const tar = gunzipSync(Buffer.from(data as ArrayBuffer)).toString("latin1");
    expect(tar).toContain(`acme-shop-${sha.slice(0, 7)}/src/cart.ts`);
    expect(tar).toContain("return prices.length;");
    const absent = forge.octokit.rest.repos.downloadTarballArchive({ ...where, ref: "absent" });
    expect((await refusal(absent)).status).toBe(404);
  });

  it("compares, and lists commits of a branch and of a path", async () => {
    const { repos } = forge.octokit.rest;
    const one = await commitFiles(forge.octokit, "cmp/x", { "x.txt": "1" }, "First");
    const two = await commitFiles(forge.octokit, "cmp/x", { "y.txt": "2" }, "Second");
    const { data } = await repos.compareCommitsWithBasehead({ ...where, basehead: "main...cmp/x" });
    expect(data).toMatchObject({ status: "ahead", ahead_by: 2, behind_by: 0, total_commits: 2 });
    expect(data.commits.map((commit) => commit.sha)).toEqual([one, two]);
    expect(data.files?.map((file) => file.filename)).toEqual(["x.txt", "y.txt"]);
    const back = await repos.compareCommitsWithBasehead({ ...where, basehead: "cmp/x...main" });
    expect(back.data.status).toBe("behind");
    const commits = await repos.listCommits({ ...where, sha: "cmp/x", path: "x.txt" });
    expect(commits.data.map((commit) => commit.sha)).toEqual([one]);
    const { data: commit } = await repos.getCommit({ ...where, ref: "cmp/x" });
    expect(commit).toMatchObject({ sha: two, stats: { total: 1 }, files: [{ filename: "y.txt" }] });
  });

  it("shows a file whose text imitates a diff as one file", async () => {
    const trap = "a\rdiff --git a/evil b/evil\r@@ -1 +1 @@\n\u2028diff --git a/x b/x\n";
    await commitFiles(forge.octokit, "trap", { "a.txt": trap, "b.txt": "plain\n" });
    const { data } = await forge.octokit.rest.repos.getCommit({ ...where, ref: "trap" });
    expect(data.files?.map((file) => file.filename)).toEqual(["a.txt", "b.txt"]);
    expect(data.files?.[1]?.patch).toBe("@@ -0,0 +1 @@\n+plain");
  });

  it("counts requests, and says when the hour is used up", async () => {
    const { headers } = await forge.octokit.rest.repos.get(where);
    expect(Number(headers["x-ratelimit-limit"])).toBe(5000);
    expect(Number(headers["x-ratelimit-remaining"])).toBeLessThan(5000);
    const set = (rateLimit: number) =>
      fetch(`${forge.url}/__world/forge`, { method: "POST", body: JSON.stringify({ rateLimit }) });
    await set(1);
    const limited = await refusal(forge.octokit.rest.repos.get(where));
    const { data } = await forge.octokit.rest.rateLimit.get();
    await set(5000);
    expect(limited).toMatchObject({ status: 403, message: expect.stringContaining("rate limit") });
    expect(data.rate).toMatchObject({ limit: 1, remaining: 0 });
    const wrong = await fetch(`${forge.url}/user`, { headers: { authorization: "Bearer no" } });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get("x-ratelimit-limit")).toBe("5000");
  });

  it("fails as it is told and records what it was asked", async () => {
    forge.standIn.addFault({ match: "/repos/acme/shop", kind: "status", status: 503, times: 1 });
    const get = () => forge.octokit.rest.repos.get(where);
    expect((await refusal(get())).status).toBe(503);
    expect((await get()).status).toBe(200);
    forge.standIn.addFault({ match: "/repos/acme/shop", kind: "cut" });
    expect((await refusal(client(forge.url).rest.repos.get(where))).status).toBe(500);
    const last = forge.standIn.requests.at(-1);
    expect(last).toMatchObject({ method: "GET", path: "/repos/acme/shop" });
  });
});
