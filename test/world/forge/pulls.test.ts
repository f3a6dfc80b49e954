import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  client,
  commitFiles,
  headOf,
  openPull,
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

const FIXED = "export function total(prices: number[]): number {\n  return 1;\n}\n";

async function setForge(settings: Record<string, unknown>): Promise<void> {
  await fetch(`${forge.url}/__world/forge`, { method: "POST", body: JSON.stringify(settings) });
}

describe("the played GitHub's pull requests", () => {
  it("opens a draft with real counts, files, patches, commits and media types", async () => {
    const { pulls } = forge.octokit.rest;
    const number = await openPull(
      forge.octokit,
      "fix/cart",
      { "src/cart.ts": FIXED, "src/new.ts": "new\n", "src/deep/note.txt": null },
      { draft: true, body: "Why" },
    );
    const { data } = await pulls.get({ ...where, pull_number: number });
    expect(data).toMatchObject({
      draft: true,
      state: "open",
      merged: false,
      mergeable: true,
      mergeable_state: "draft",
      commits: 1,
      changed_files: 3,
      additions: 2,
      deletions: 2,
      head: { ref: "fix/cart", label: "acme:fix/cart" },
      base: { ref: "main", repo: { full_name: "acme/shop" } },
      html_url: `${forge.url}/acme/shop/pull/${number}`,
    });
    const { data: files } = await pulls.listFiles({ ...where, pull_number: number });
    expect(files.map((one) => [one.filename, one.status, one.additions, one.deletions])).toEqual([
      ["src/cart.ts", "modified", 1, 1],
      ["src/deep/note.txt", "removed", 0, 1],
      ["src/new.ts", "added", 1, 0],
    ]);
    expect(files[0]?.patch).toBe(
      [
        "@@ -1,3 +1,3 @@",
        " export function total(prices: number[]): number {",
        "-  return prices.length;",
        "+  return 1;",
        " }",
      ].join("\n"),
    );
    const { data: commits } = await pulls.listCommits({ ...where, pull_number: number });
    expect(commits.map((one) => one.sha)).toEqual([data.head.sha]);
    const diff = await pulls.get({ ...where, pull_number: number, mediaType: { format: "diff" } });
    expect(String(diff.data)).toContain("diff --git a/src/cart.ts b/src/cart.ts\n");
    const patch = await pulls.get({
      ...where,
      pull_number: number,
      mediaType: { format: "patch" },
    });
    expect(String(patch.data)).toContain("Subject: [PATCH] Change\n");
  });

  it("refuses with GitHub's own errors", async () => {
    const { pulls } = forge.octokit.rest;
    await openPull(forge.octokit, "twice", { "twice.txt": "1" });
    await forge.octokit.rest.git.createRef({
      ...where,
      ref: "refs/heads/same",
      sha: await headOf(forge.octokit),
    });
    const create = (head: string, base = "main") =>
      refusal(pulls.create({ ...where, title: "T", head, base }));
    const custom = (message: string) => ({
      status: 422,
      message: "Validation Failed",
      errors: [{ resource: "PullRequest", code: "custom", message }],
    });
    const field = (name: string) => ({
      status: 422,
      errors: [{ resource: "PullRequest", field: name, code: "invalid" }],
    });
    expect(await create("twice")).toMatchObject(
      custom("A pull request already exists for acme:twice."),
    );
    expect(await create("acme:twice")).toMatchObject(
      custom("A pull request already exists for acme:twice."),
    );
    expect(await create("same")).toMatchObject(custom("No commits between main and same"));
    expect(await create("absent")).toMatchObject(field("head"));
    expect(await create("other:twice")).toMatchObject(field("head"));
    expect(await create("--upload-pack=x")).toMatchObject(field("head"));
    expect(await create("twice", "../main")).toMatchObject(field("base"));
    const untitled = pulls.create({ ...where, head: "twice", base: "main" });
    expect((await refusal(untitled)).message).toContain(`"title" wasn't supplied.`);
    const reader = client(forge.url, READ_TOKEN).rest.pulls;
    const read = reader.create({ ...where, title: "T", head: "twice", base: "main" });
    expect((await refusal(read)).status).toBe(403);
    expect((await refusal(pulls.get({ ...where, pull_number: 999 }))).status).toBe(404);
  });

  it("refuses drafts when the plan has none, and takes the same one undrafted", async () => {
    const { pulls } = forge.octokit.rest;
    await commitFiles(forge.octokit, "no-draft", { "n.txt": "n" });
    const call = { ...where, title: "T", head: "no-draft", base: "main" };
    await setForge({ draftSupported: false });
    const refused = await refusal(pulls.create({ ...call, draft: true }));
    expect(refused).toMatchObject({
      status: 422,
      message: "Draft pull requests are not supported in this repository.",
    });
    const { data } = await pulls.create(call);
    await setForge({ draftSupported: true });
    expect(data.draft).toBe(false);
  });

  it("merges by a merge commit, closes the issue it names, and keeps showing what it changed", async () => {
    const { pulls, issues } = forge.octokit.rest;
    const { data: issue } = await issues.create({ ...where, title: "Broken" });
    const number = await openPull(
      forge.octokit,
      "merge-me",
      { "merged.txt": "m\n" },
      { body: `Fixes #${issue.number}` },
    );
    const before = await headOf(forge.octokit);
    const { data: pull } = await pulls.get({ ...where, pull_number: number });
    const stale = { ...where, pull_number: number, sha: before };
    expect(await refusal(pulls.merge(stale))).toMatchObject({ status: 409 });
    const { data } = await pulls.merge({ ...where, pull_number: number, sha: pull.head.sha });
    expect(data.merged).toBe(true);
    expect(await headOf(forge.octokit)).toBe(data.sha);
    const { data: commit } = await forge.octokit.rest.git.getCommit({
      ...where,
      commit_sha: data.sha,
    });
    expect(commit.parents.map((one) => one.sha)).toEqual([before, pull.head.sha]);
    const { data: after } = await pulls.get({ ...where, pull_number: number });
    expect(after).toMatchObject({ merged: true, state: "closed", merge_commit_sha: data.sha });
    expect(after.changed_files).toBe(1);
    const closed = await issues.get({ ...where, issue_number: issue.number });
    expect(closed.data).toMatchObject({ state: "closed", state_reason: "completed" });
    expect((await refusal(pulls.merge({ ...where, pull_number: number }))).status).toBe(405);
    const reopen = pulls.update({ ...where, pull_number: number, state: "open" });
    expect((await refusal(reopen)).status).toBe(422);
  });

  it("squashes to one commit with one parent, and does not rebase", async () => {
    const { pulls, git } = forge.octokit.rest;
    const number = await openPull(forge.octokit, "squash-me", { "s1.txt": "1" });
    await commitFiles(forge.octokit, "squash-me", { "s2.txt": "2" });
    const before = await headOf(forge.octokit);
    const rebase = { ...where, pull_number: number, merge_method: "rebase" as const };
    expect((await refusal(pulls.merge(rebase))).status).toBe(405);
    const { data } = await pulls.merge({
      ...where,
      pull_number: number,
      merge_method: "squash",
      commit_title: "One thing",
    });
    const { data: commit } = await git.getCommit({ ...where, commit_sha: data.sha });
    expect(commit.parents.map((one) => one.sha)).toEqual([before]);
    expect(commit.message).toBe("One thing");
    const { data: tree } = await git.getTree({ ...where, tree_sha: "main" });
    expect(tree.tree.map((one) => one.path)).toEqual(expect.arrayContaining(["s1.txt", "s2.txt"]));
  });

  it("does not merge a draft or a conflict; ready comes by GraphQL", async () => {
    const { pulls } = forge.octokit.rest;
    const draft = await openPull(forge.octokit, "d", { "d.txt": "d" }, { draft: true });
    const call = { ...where, pull_number: draft };
    expect(await refusal(pulls.merge(call))).toMatchObject({
      status: 405,
      message: "Pull Request is still a draft",
    });
    const { data } = await pulls.get(call);
    const answer = await forge.octokit.graphql<{
      markPullRequestReadyForReview: { pullRequest: { isDraft: boolean } };
    }>(
      "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }",
      { id: data.node_id },
    );
    expect(answer.markPullRequestReadyForReview.pullRequest.isDraft).toBe(false);
    const conflicting = await openPull(forge.octokit, "c", { "d.txt": "another" });
    await pulls.merge(call);
    const { data: after } = await pulls.get({ ...where, pull_number: conflicting });
    expect(after).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
    const merge = pulls.merge({ ...where, pull_number: conflicting });
    expect(await refusal(merge)).toMatchObject({
      status: 405,
      message: "Pull Request is not mergeable",
    });
  });

  it("finds by head, base and state, page by page", async () => {
    const { pulls } = forge.octokit.rest;
    for (const name of ["p/1", "p/2", "p/3"]) await openPull(forge.octokit, name, { [name]: name });
    const byHead = await pulls.list({ ...where, head: "acme:p/2", base: "main" });
    expect(byHead.data.map((one) => one.head.ref)).toEqual(["p/2"]);
    const all = await forge.octokit.paginate(pulls.list, { ...where, state: "all", per_page: 2 });
    const first = await pulls.list({ ...where, state: "all", per_page: 2 });
    expect(first.data).toHaveLength(2);
    expect(first.headers.link).toMatch(/page=2>; rel="next", <[^>]+>; rel="last"/);
    expect(new Set(all.map((one) => one.number)).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(6);
  });

  it("follows its branch: a new head on a push, closed when the branch is deleted", async () => {
    const { pulls, git } = forge.octokit.rest;
    const number = await openPull(forge.octokit, "follow", { "f.txt": "1" });
    const sha = await commitFiles(forge.octokit, "follow", { "f.txt": "2" });
    const { data } = await pulls.get({ ...where, pull_number: number });
    expect([data.head.sha, data.commits]).toEqual([sha, 2]);
    await git.deleteRef({ ...where, ref: "heads/follow" });
    const { data: after } = await pulls.get({ ...where, pull_number: number });
    expect(after).toMatchObject({ state: "closed", merged: false, changed_files: 1 });
    const reopen = pulls.update({ ...where, pull_number: number, state: "open" });
    expect((await refusal(reopen)).errors).toMatchObject([
      { message: "state cannot be changed. The follow branch has been deleted." },
    ]);
  });

  it("takes reviews and asks for reviewers, but nobody judges their own work", async () => {
    const { pulls } = forge.octokit.rest;
    const number = await openPull(forge.octokit, "review", { "r.txt": "r" });
    const call = { ...where, pull_number: number };
    const asked = await pulls.requestReviewers({ ...call, reviewers: ["reader"] });
    expect(asked.data.requested_reviewers?.map((one) => one.login)).toEqual(["reader"]);
    expect((await refusal(pulls.requestReviewers({ ...call, reviewers: ["x"] }))).status).toBe(422);
    const own = pulls.createReview({ ...call, event: "APPROVE" });
    expect(await refusal(own)).toMatchObject({
      status: 422,
      message: "Can not approve your own pull request",
    });
    const reader = client(forge.url, READ_TOKEN).rest.pulls;
    await reader.createReview({
      ...call,
      event: "REQUEST_CHANGES",
      body: "Please test it",
      comments: [{ path: "r.txt", line: 1, body: "here" }],
    });
    const { data: reviews } = await pulls.listReviews(call);
    expect(reviews).toMatchObject([{ state: "CHANGES_REQUESTED", user: { login: "reader" } }]);
    const { data: comments } = await pulls.listReviewComments(call);
    expect(comments).toMatchObject([{ path: "r.txt", line: 1, body: "here" }]);
  });

  it("reports statuses and check runs of a commit", async () => {
    const { repos, checks } = forge.octokit.rest;
    const sha = await headOf(forge.octokit);
    const state = async () => (await repos.getCombinedStatusForRef({ ...where, ref: "main" })).data;
    expect((await state()).state).toBe("pending");
    await repos.createCommitStatus({ ...where, sha, state: "failure", context: "ci" });
    expect((await state()).state).toBe("failure");
    await repos.createCommitStatus({ ...where, sha, state: "success", context: "ci" });
    expect(await state()).toMatchObject({ state: "success", total_count: 1 });
    const run = await checks.create({ ...where, name: "tests", head_sha: sha });
    expect(run.data.status).toBe("queued");
    await checks.update({ ...where, check_run_id: run.data.id, conclusion: "failure" });
    const { data } = await checks.listForRef({ ...where, ref: "main" });
    expect(data.check_runs).toMatchObject([{ status: "completed", conclusion: "failure" }]);
  });
});
