import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  client,
  openPull,
  READ_TOKEN,
  refusal,
  startTestForge,
  where,
  type TestForge,
} from "./testing";

let forge: TestForge;
let now = Date.parse("2026-05-01T10:00:00Z");
beforeAll(async () => {
  forge = await startTestForge({ now: () => now });
});
afterAll(() => forge.end());

describe("the played GitHub's issues", () => {
  it("lists pull requests among the issues, filters by since, sorts and pages", async () => {
    const { issues } = forge.octokit.rest;
    const first = await issues.create({ ...where, title: "One", body: "b", labels: ["bug"] });
    now += 60_000;
    await openPull(forge.octokit, "p", { "p.txt": "p" }, { title: "Pull" });
    now += 60_000;
    await issues.create({ ...where, title: "Three" });
    const all = (await issues.listForRepo(where)).data;
    expect(all.map((one) => [one.title, "pull_request" in one])).toEqual([
      ["Three", false],
      ["Pull", true],
      ["One", false],
    ]);
    now += 60_000;
    await issues.createComment({ ...where, issue_number: first.data.number, body: "me too" });
    const query = { ...where, state: "all", sort: "updated", direction: "asc" } as const;
    const since = await issues.listForRepo({ ...query, since: "2026-05-01T10:02:00Z" });
    expect(since.data.map((one) => one.title)).toEqual(["Three", "One"]);
    const page = await issues.listForRepo({ ...where, per_page: 1, page: 2 });
    expect(page.data.map((one) => one.title)).toEqual(["Pull"]);
    expect(page.headers.link).toContain('rel="prev"');
    expect(page.headers.link).toContain('rel="next"');
    const labelled = await issues.listForRepo({ ...where, labels: "bug" });
    expect(labelled.data.map((one) => one.title)).toEqual(["One"]);
  });

  it("answers 304 while nothing has changed and costs nothing for it", async () => {
    const { issues } = forge.octokit.rest;
    const first = await issues.listForRepo(where);
    const headers = { "if-none-match": first.headers.etag ?? "" };
    const same = await refusal(issues.listForRepo({ ...where, headers }));
    expect(same.status).toBe(304);
    const again = await issues.listForRepo(where);
    const left = (one: typeof first) => Number(one.headers["x-ratelimit-remaining"]);
    expect(left(again)).toBe(left(first) - 1);
    await issues.create({ ...where, title: "News" });
    expect((await issues.listForRepo({ ...where, headers })).status).toBe(200);
  });

  it("closes with a reason, reopens, edits and labels", async () => {
    const { issues } = forge.octokit.rest;
    const { data: issue } = await issues.create({ ...where, title: "State" });
    const call = { ...where, issue_number: issue.number };
    const closed = await issues.update({ ...call, state: "closed", state_reason: "not_planned" });
    expect(closed.data).toMatchObject({ state: "closed", state_reason: "not_planned" });
    expect(closed.data.closed_at).not.toBeNull();
    const opened = await issues.update({ ...call, state: "open", title: "Better", body: null });
    expect(opened.data).toMatchObject({ state_reason: "reopened", title: "Better", body: null });
    await issues.addLabels({ ...call, labels: ["soulcaster", "bug"] });
    expect((await issues.get(call)).data.labels).toHaveLength(2);
    expect((await issues.removeLabel({ ...call, name: "bug" })).data).toHaveLength(1);
    await issues.createLabel({ ...where, name: "fresh", color: "00ff00" });
    const twice = await refusal(issues.createLabel({ ...where, name: "Fresh", color: "00ff00" }));
    expect(twice.errors).toEqual([{ resource: "Label", code: "already_exists", field: "name" }]);
  });

  it("keeps comments, lets their author change them and refuses others", async () => {
    const { issues } = forge.octokit.rest;
    const { data: issue } = await issues.create({ ...where, title: "Talk" });
    const call = { ...where, issue_number: issue.number };
    const { data: comment } = await issues.createComment({ ...call, body: "first" });
    await issues.updateComment({ ...where, comment_id: comment.id, body: "second" });
    expect((await issues.listComments(call)).data.map((one) => one.body)).toEqual(["second"]);
    const reader = client(forge.url, READ_TOKEN).rest.issues;
    const change = reader.updateComment({ ...where, comment_id: comment.id, body: "x" });
    expect((await refusal(change)).status).toBe(403);
    expect((await refusal(issues.createComment({ ...call, body: "" }))).status).toBe(422);
    await issues.deleteComment({ ...where, comment_id: comment.id });
    expect((await issues.get(call)).data.comments).toBe(0);
  });

  it("refuses an issue without a title and one that does not exist", async () => {
    const { issues } = forge.octokit.rest;
    expect(await refusal(issues.create({ ...where, title: " " }))).toMatchObject({
      status: 422,
      errors: [{ resource: "Issue", code: "missing_field", field: "title" }],
    });
    expect((await refusal(issues.get({ ...where, issue_number: 999 }))).status).toBe(404);
  });

  it("lets a reader open an issue, without labels", async () => {
    const reader = client(forge.url, READ_TOKEN).rest.issues;
    const { data } = await reader.create({ ...where, title: "From outside", labels: ["bug"] });
    expect(data).toMatchObject({
      labels: [],
      user: { login: "reader" },
      author_association: "NONE",
    });
  });
});
