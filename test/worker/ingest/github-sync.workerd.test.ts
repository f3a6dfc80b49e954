import { beforeEach, describe, expect, it } from "vitest";
import { runIngestJob, pollDue } from "../../../worker/ingest/poll";
import { requestSync } from "../../../worker/ingest/request-sync";
import { OWN_MARKER } from "../../../worker/ingest/sources/github/issue";
import { systemActor } from "../../../worker/domain/actor";
import { call, makeProject, signInAs, type TestProject } from "../../builders/api";
import { forgeFault, forgeSettings, freshWorld, pause, until } from "../../builders/fix";
import { issue, itemsOf, pollingDeps, requestsOf, sourceOf, work } from "../../builders/polling";

beforeEach(freshWorld);

/** Asks for a sync and does it, as one who may do so. Returns what failed. */
async function sync(project: TestProject, deps = pollingDeps(), full = false): Promise<unknown[]> {
  await requestSync(deps, systemActor("test", project.projectId), null, full);
  return work(deps);
}

async function openIssues(count: number): Promise<void> {
  for (let i = 1; i <= count; i++) await issue({ title: `Issue ${i}`, body: `Body ${i}` });
}

/** The questions that were asked of the list of issues. */
async function questions() {
  const asked = await requestsOf("forge");
  return asked.filter(({ method, path }) => method === "GET" && path.endsWith("/issues"));
}

/** Waits until the real queue has done so many syncs, so that none is left for the next test. */
async function untilAsked(times: number): Promise<void> {
  await until("the syncs on the queue", async () => (await questions()).length >= times);
  await pause(100);
}

const titles = async () => Object.values(await itemsOf("github")).map(({ title }) => title);

describe("a sync of GitHub's issues", () => {
  it("reads all pages, and the next time only what has changed since", async () => {
    const project = await makeProject();
    const deps = pollingDeps();
    await openIssues(5);
    expect(await sync(project, deps)).toEqual([]);
    expect(await titles()).toEqual(["Issue 1", "Issue 2", "Issue 3", "Issue 4", "Issue 5"]);
    const first = await questions();
    expect(first[0]!.query).toMatchObject({
      state: "all",
      sort: "updated",
      direction: "asc",
      per_page: "2",
    });
    expect(first[0]!.query["since"]).toBeUndefined();
    expect((await sourceOf(project, "github")).counts).toEqual({
      accepted: 5,
      duplicate: 0,
      filtered: 0,
      refused: 0,
    });
    await issue({ title: "Issue 2, edited", body: "Better" }, 2);
    await sync(project, deps);
    expect((await itemsOf("github"))["acme/orders#2"]!.title).toBe("Issue 2, edited");
    const later = (await questions()).slice(first.length);
    expect(later[0]!.query["since"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect((await sourceOf(project, "github")).counts).toEqual({
      accepted: 6,
      duplicate: 0,
      filtered: 0,
      refused: 0,
    });
  });

  it("keeps its cursor when a page fails half-way, and goes on from there", async () => {
    const project = await makeProject();
    const deps = pollingDeps();
    await openIssues(5);
    await forgeFault({ match: "/issues", method: "GET", kind: "slow", delayMs: 0 });
    await forgeFault({ match: "/issues", method: "GET", kind: "cut" });
    const failures = await sync(project, deps);
    expect(failures).toMatchObject([{ kind: "unavailable" }]);
    expect(await titles()).toEqual(["Issue 1", "Issue 2"]);
    const source = await sourceOf(project, "github");
    expect(source.last_error).toContain("did not answer for acme/orders");
    expect(source.polled?.targets).toMatchObject([{ name: "acme/orders", polled_at: null }]);
    expect(await sync(project, deps)).toEqual([]);
    expect(await titles()).toHaveLength(5);
    const { counts, polled } = await sourceOf(project, "github");
    expect(counts).toMatchObject({ accepted: 5, duplicate: 0 });
    expect(polled?.targets[0]).toMatchObject({ last_error: null, polled_at: expect.any(String) });
  });

  it("asks with the ETag, and a 304 costs and changes nothing", async () => {
    const project = await makeProject();
    const deps = pollingDeps();
    await issue({ title: "Only one" });
    for (let i = 0; i < 3; i++) await sync(project, deps);
    const asked = await questions();
    expect(asked.at(-1)!.headers["if-none-match"]).toMatch(/^W\//);
    expect((await sourceOf(project, "github")).counts).toMatchObject({ accepted: 1, duplicate: 0 });
    await issue({ title: "News" });
    await sync(project, deps);
    expect(await titles()).toEqual(["Only one", "News"]);
  });

  it("waits as long as a 429 or an empty limit tells", async () => {
    const project = await makeProject();
    const deps = pollingDeps();
    await openIssues(3);
    await forgeFault({
      match: "/issues",
      method: "GET",
      kind: "status",
      status: 429,
      retryAfterSeconds: 90,
    });
    const refused = await sync(project, deps);
    expect(refused).toMatchObject([{ kind: "rate_limited", retryAfterSeconds: 90 }]);
    expect((await sourceOf(project, "github")).last_error).toContain("wait 2 minutes");
    await forgeSettings({ rateLimit: 1 });
    const spent = await sync(project, deps);
    expect(spent).toMatchObject([{ kind: "rate_limited" }]);
    expect((spent[0] as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(3_000);
    await forgeSettings({ rateLimit: 5_000 });
    expect(await sync(project, deps)).toEqual([]);
    expect(await titles()).toHaveLength(3);
  });

  it("passes over pull requests, bots and what is our own, and counts them as filtered", async () => {
    const project = await makeProject();
    await issue({ title: "A report" });
    await issue({ title: "From us", body: `A fix is under way.\n${OWN_MARKER}` });
    const deps = pollingDeps();
    const { listIssues } = deps;
    deps.listIssues = async (query) => {
      const page = await listIssues(query);
      const [issue] = page.issues as Record<string, unknown>[];
      const pull = { ...issue, number: 90, title: "A pull", pull_request: { url: "x" } };
      const bot = { ...issue, number: 91, title: "A bot", user: { login: "x[bot]", type: "Bot" } };
      return { ...page, issues: [...page.issues, pull, bot] };
    };
    await sync(project, deps);
    await sync(project, deps);
    expect(await titles()).toEqual(["A report"]);
    expect((await sourceOf(project, "github")).counts).toMatchObject({ accepted: 1, filtered: 3 });
  });

  it("closes and reopens items, keeps labels, and never brings back what was deleted here", async () => {
    const project = await makeProject();
    const deps = pollingDeps();
    await issue({ title: "Open" });
    await issue({ title: "Shut" });
    await issue({ state: "closed", state_reason: "not_planned" }, 2);
    await sync(project, deps);
    let items = await itemsOf("github");
    expect(items["acme/orders#2"]).toMatchObject({
      state: "closed",
      metadata: { state_reason: "not_planned" },
    });
    await issue({ state: "closed" }, 1);
    await issue({ state: "open", labels: ["bug"] }, 2);
    await sync(project, deps);
    items = await itemsOf("github");
    expect(items["acme/orders#1"]).toMatchObject({ state: "closed" });
    expect(items["acme/orders#2"]).toMatchObject({ state: "open", metadata: { labels: ["bug"] } });
    const { json } = await call("GET", "/feedback", { token: project.token });
    for (const { id } of (json as unknown as { items: { id: string }[] }).items) {
      await call("DELETE", `/feedback/${id}`, { token: project.token });
    }
    await issue({ title: "Edited after" }, 1);
    await sync(project, deps, true);
    items = await itemsOf("github");
    expect(Object.values(items).map(({ state }) => state)).toEqual(["deleted", "deleted"]);
  });

  it("stops before an issue that cannot be read, and passes over none", async () => {
    const project = await makeProject();
    await issue({ title: "Fine" });
    const deps = pollingDeps();
    const { listIssues } = deps;
    deps.listIssues = async (query) => ({
      ...(await listIssues(query)),
      issues: [{ number: 7, title: "No time" }],
    });
    expect(await sync(project, deps)).toEqual([]);
    expect(await titles()).toEqual([]);
    expect((await sourceOf(project, "github")).last_error).toContain("cannot be read");
    await sync(project, { ...deps, listIssues });
    expect(await titles()).toEqual(["Fine"]);
  });

  it("is polled by cron from then on, one message for the source", async () => {
    const project = await makeProject();
    const deps = pollingDeps();
    await issue({ title: "First" });
    await sync(project, deps);
    await issue({ title: "No webhook told of this" });
    deps.at.now += 16 * 60_000;
    expect(await pollDue(deps)).toBe(1);
    expect(deps.sent).toMatchObject([{ kind: "poll_source", sourceId: project.sources.github }]);
    expect(await work(deps)).toEqual([]);
    expect(await titles()).toEqual(["First", "No webhook told of this"]);
  });

  it("of a source that is gone is passed over", async () => {
    const project = await makeProject();
    const gone = { v: 1, projectId: project.projectId, sourceId: crypto.randomUUID() } as const;
    await runIngestJob(pollingDeps(), { ...gone, kind: "poll_source" });
    await runIngestJob(pollingDeps(), { ...gone, kind: "sync_github", repository: "acme/orders" });
    expect(await requestsOf("forge")).toEqual([]);
  });
});

describe("the routes of a sync", () => {
  it("take the repository by its name or owner/name, and run on the real queue", async () => {
    const project = await makeProject();
    await issue({ title: "By the queue" });
    const { token } = project;
    const short = await call("POST", "/ingest/github/sync/orders", { token });
    expect(short).toMatchObject({
      status: 202,
      json: { repository: "acme/orders", status: "queued", full: false },
    });
    await untilAsked(1);
    expect(await titles()).toEqual(["By the queue"]);
    const base = `/projects/${project.projectId}/ingest/github/sync`;
    for (const path of [base, `${base}/orders`, `${base}/acme/orders?full=true`]) {
      expect((await call("POST", path, { token })).status, path).toBe(202);
    }
    await untilAsked(4);
  });

  it("refuse what is no repository, and another repository to all but administrators", async () => {
    const project = await makeProject();
    const operator = await signInAs(project.projectId, "operator");
    const base = `/projects/${project.projectId}/ingest/github/sync`;
    const post = (path: string) => call("POST", `${base}${path}`, { headers: operator });
    expect((await post("/other")).status).toBe(404);
    expect((await post("/acme/secrets")).status).toBe(403);
    expect((await post("/ac%20me/orders")).status).toBe(400);
    expect((await post("/acme/Orders")).status).toBe(202);
    const none = await makeProject("none@example.com", { github_repo: null });
    const missing = await call("POST", "/ingest/github/sync", { token: none.token });
    expect(missing).toMatchObject({ status: 422, json: { code: "repository_missing" } });
    await untilAsked(1);
  });
});
