import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  client,
  commitFiles,
  headOf,
  READ_TOKEN,
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

const gitId = (type: string, body: string) =>
  createHash("sha1")
    .update(`${type} ${Buffer.byteLength(body)}\0${body}`)
    .digest("hex");

describe("the played GitHub's git data", () => {
  it("stores blobs from text and base64 under git's own ids and gives them back", async () => {
    const { git } = forge.octokit.rest;
    const text = await git.createBlob({ ...where, content: "héllo\n" });
    const base64 = await git.createBlob({
      ...where,
      content: Buffer.from([0, 255, 10]).toString("base64"),
      encoding: "base64",
    });
    expect(text.status).toBe(201);
    expect(text.data.sha).toBe(gitId("blob", "héllo\n"));
    const back = await git.getBlob({ ...where, file_sha: base64.data.sha });
    expect([...Buffer.from(back.data.content ?? "", "base64")]).toEqual([0, 255, 10]);
    expect(back.data.size).toBe(3);
  });

  it("gives a commit the id that its bytes have by git's rules, without adding a line end", async () => {
    const { git } = forge.octokit.rest;
    const parent = await headOf(forge.octokit);
    const { data: base } = await git.getCommit({ ...where, commit_sha: parent });
    const author = { name: "Ada", email: "ada@example.test", date: "2026-03-04T05:06:07Z" };
    const committer = { name: "Bot", email: "bot@example.test", date: "2026-03-04T07:06:08+02:00" };
    const call = { ...where, message: "Fix it", tree: base.tree.sha, parents: [parent] };
    const { data } = await git.createCommit({ ...call, author, committer });
    const again = await git.createCommit({ ...call, author, committer });
    const bytes = [
      `tree ${base.tree.sha}`,
      `parent ${parent}`,
      "author Ada <ada@example.test> 1772600767 +0000",
      "committer Bot <bot@example.test> 1772600768 +0200",
      "",
      "Fix it",
    ].join("\n");
    expect(Date.parse(author.date) / 1000).toBe(1772600767);
    expect(data.sha).toBe(gitId("commit", bytes));
    expect(again.data.sha).toBe(data.sha);
    expect(data.message).toBe("Fix it");
    expect(data.committer.date).toBe("2026-03-04T05:06:08Z");
  });

  it("builds a tree on a base with new, executable, linked and deleted entries", async () => {
    const { git } = forge.octokit.rest;
    const parent = await headOf(forge.octokit);
    const { data: sub } = await git.createTree({
      ...where,
      tree: [{ path: "x.txt", mode: "100644", type: "blob", content: "x" }],
    });
    const { data: tree } = await git.createTree({
      ...where,
      base_tree: parent,
      tree: [
        { path: "bin/run", mode: "100755", type: "blob", content: "#!/bin/sh\n" },
        { path: "link", mode: "120000", type: "blob", content: "README.md" },
        { path: "vendor", mode: "040000", type: "tree", sha: sub.sha },
        { path: "module", mode: "160000", type: "commit", sha: "1".repeat(40) },
        { path: "src/deep", mode: "040000", type: "tree", sha: null },
      ],
    });
    const { data: all } = await git.getTree({ ...where, tree_sha: tree.sha, recursive: "1" });
    expect(all.truncated).toBe(false);
    expect(all.tree.map((one) => `${one.mode} ${one.type} ${one.path}`)).toEqual([
      "100644 blob README.md",
      "040000 tree bin",
      "100755 blob bin/run",
      "120000 blob link",
      "160000 commit module",
      "040000 tree src",
      "100644 blob src/cart.ts",
      "040000 tree vendor",
      "100644 blob vendor/x.txt",
    ]);
    expect(all.tree.find((one) => one.path === "README.md")?.size).toBe(7);
  });

  it("lists a branch's tree and says truncated when there is more than its limit", async () => {
    const setting = (treeLimit: number) =>
      fetch(`${forge.url}/__world/forge`, { method: "POST", body: JSON.stringify({ treeLimit }) });
    await setting(2);
    const call = { ...where, tree_sha: "main", recursive: "1" };
    const cut = await forge.octokit.rest.git.getTree(call);
    await setting(100_000);
    const whole = await forge.octokit.rest.git.getTree(call);
    expect([cut.data.truncated, cut.data.tree.length]).toEqual([true, 2]);
    expect([whole.data.truncated, whole.data.tree.length]).toEqual([false, 5]);
  });

  it("creates, finds, moves and deletes a branch whose name holds slashes", async () => {
    const { git } = forge.octokit.rest;
    const first = await commitFiles(forge.octokit, "soulcaster/fix/1", { "a.txt": "a" });
    const second = await commitFiles(forge.octokit, "soulcaster/fix/1", { "a.txt": "b" });
    expect(second).not.toBe(first);
    expect(await headOf(forge.octokit, "soulcaster/fix/1")).toBe(second);
    const { data: refs } = await git.listMatchingRefs({ ...where, ref: "heads/soulcaster/" });
    expect(refs.map((one) => one.ref)).toEqual(["refs/heads/soulcaster/fix/1"]);
    const ref = "heads/soulcaster/fix/1";
    expect(await refusal(git.updateRef({ ...where, ref, sha: first }))).toMatchObject({
      status: 422,
      message: "Update is not a fast forward",
    });
    await git.updateRef({ ...where, ref, sha: first, force: true });
    expect(await headOf(forge.octokit, "soulcaster/fix/1")).toBe(first);
    expect((await git.deleteRef({ ...where, ref })).status).toBe(204);
    expect((await refusal(git.getRef({ ...where, ref }))).status).toBe(404);
  });

  it("refuses refs as GitHub words it", async () => {
    const { git } = forge.octokit.rest;
    const sha = await headOf(forge.octokit);
    const { data: blob } = await git.createBlob({ ...where, content: "no commit" });
    const create = (ref: string, to: string) => refusal(git.createRef({ ...where, ref, sha: to }));
    expect((await create("refs/heads/main", sha)).message).toBe("Reference already exists");
    expect((await create("refs/heads/b", blob.sha)).message).toBe("Object does not exist");
    expect((await create("refs/heads/b", "0".repeat(40))).message).toBe("Object does not exist");
    expect((await create("refs/heads/main/below", sha)).message).toBe("Reference update failed");
    const absent = { ...where, ref: "heads/absent", sha };
    expect((await refusal(git.updateRef(absent))).message).toBe("Reference does not exist");
  });

  it.each([
    "refs/heads/../../evil",
    "refs/heads/-rf",
    "refs/heads/a..b",
    "refs/heads/a\0b",
    "refs/heads/a b",
    "refs/heads/a.lock",
    "refs/heads/x@{1}",
    "refs/heads/",
    "refs/pull/1/head",
    "HEAD",
  ])("refuses to create the ref %j", async (ref) => {
    const sha = await headOf(forge.octokit);
    const call = forge.octokit.rest.git.createRef({ ...where, ref, sha });
    expect((await refusal(call)).status).toBe(422);
  });

  it.each([
    "../up",
    "/abs",
    "a/../../b",
    ".git/config",
    "a/.GIT/hooks/x",
    "a//b",
    "a\0b",
    "",
    "a/.",
  ])("refuses the tree path %j", async (name) => {
    const call = forge.octokit.rest.git.createTree({
      ...where,
      tree: [{ path: name, mode: "100644", type: "blob", content: "x" }],
    });
    expect(await refusal(call)).toMatchObject({
      status: 422,
      message: "tree.path contains a malformed path component",
    });
  });

  it("refuses trees and commits made of what does not exist", async () => {
    const { git } = forge.octokit.rest;
    const none = "0".repeat(40);
    const entry = { path: "a", mode: "100644", type: "blob" } as const;
    const tree = (one: { sha: string | null }, base?: string) =>
      refusal(git.createTree({ ...where, base_tree: base, tree: [{ ...entry, ...one }] }));
    expect((await tree({ sha: none })).message).toBe(`tree.sha ${none} is not a valid blob`);
    expect((await tree({ sha: null }, "main")).message).toBe("GitRPC::BadObjectState");
    expect((await tree({ sha: none }, none)).status).toBe(422);
    const commit = git.createCommit({ ...where, message: "m", tree: none });
    expect((await refusal(commit)).message).toBe("Tree SHA does not exist");
    expect((await refusal(git.getCommit({ ...where, commit_sha: none }))).status).toBe(404);
    expect((await refusal(git.getBlob({ ...where, file_sha: "short" }))).status).toBe(422);
  });

  it("answers 401 to a wrong token and to nobody writing, 403 to who may only read", async () => {
    const wrong = client(forge.url, "wrong").rest;
    expect(await refusal(wrong.repos.get(where))).toMatchObject({
      status: 401,
      message: "Bad credentials",
    });
    const reply = await fetch(`${forge.url}/repos/acme/shop/git/blobs`, { method: "POST" });
    expect(reply.status).toBe(401);
    const reader = client(forge.url, READ_TOKEN).rest;
    expect((await reader.repos.get(where)).data.permissions?.push).toBe(false);
    expect((await refusal(reader.git.createBlob({ ...where, content: "x" }))).status).toBe(403);
    const bad = await fetch(`${forge.url}/repos/acme/shop/git/blobs`, {
      method: "POST",
      headers: { authorization: `token ${forge.options.token}` },
      body: "{",
    });
    expect([bad.status, await bad.json()]).toMatchObject([
      400,
      { message: "Problems parsing JSON" },
    ]);
  });

  it("keeps every one of many writes that come at once", async () => {
    const { git } = forge.octokit.rest;
    const sha = await headOf(forge.octokit);
    const names = Array.from({ length: 12 }, (_, index) => `many/${index}`);
    const writes = names.map((name) =>
      git.createRef({ ...where, ref: `refs/heads/${name}`, sha }).then(() => "made"),
    );
    const same = Array.from({ length: 4 }, () =>
      git.createRef({ ...where, ref: "refs/heads/one", sha }).then(
        () => "made",
        (error: { status: number }) => error.status,
      ),
    );
    expect(new Set(await Promise.all(writes))).toEqual(new Set(["made"]));
    expect((await Promise.all(same)).toSorted()).toEqual([422, 422, 422, "made"]);
    const { data } = await git.listMatchingRefs({ ...where, ref: "heads/many/" });
    expect(data).toHaveLength(12);
  });
});
