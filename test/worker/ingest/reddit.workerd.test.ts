import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { adoptInstallationList } from "../../../worker/projects/reddit-config";
import { pollDue } from "../../../worker/ingest/poll";
import { call, makeProject, type TestProject } from "../../builders/api";
import {
  itemsOf,
  pollingDeps,
  redditFault,
  redditHas,
  requestsOf,
  resetReddit,
  sourceOf,
  work,
  type PollingDeps,
} from "../../builders/polling";
import { redditComment, redditPost } from "../../builders/reddit";

const MINUTE = 60_000;

beforeEach(resetReddit);

async function configure(project: TestProject, body: unknown, method = "PUT") {
  const path = "/config/reddit/subreddits";
  const answer = await call(method, path, { token: project.token, body });
  if (answer.status !== 200) throw new Error(`the settings were refused: ${answer.text}`);
  return answer.json as unknown as Record<string, unknown>;
}

/** Some time later, by default the interval and a little: a tick of cron, and the queue is worked off. */
async function tick(deps: PollingDeps, ms = 5 * MINUTE + 1_000): Promise<unknown[]> {
  deps.at.now += ms;
  await pollDue(deps);
  return work(deps);
}

async function polled(settings: Record<string, unknown>, deps = pollingDeps()) {
  const project = await makeProject();
  await configure(project, settings);
  expect(await tick(deps, MINUTE)).toEqual([]);
  return { project, deps };
}

describe("a poll of Reddit", () => {
  it("takes posts and comments that speak of a keyword, and remembers what they are", async () => {
    await redditHas([
      {
        name: "t3_a",
        subreddit: "shopapp",
        title: "Checkout is Broken",
        body: "It hangs & <dies>.",
        created_utc: 1_772_359_200,
      },
      { name: "t3_b", subreddit: "shopapp", title: "I love the debugger", body: "So nice." },
      { name: "t1_c", subreddit: "shopapp", body: `It doesn’t work. ${"x".repeat(100)}` },
      { name: "t1_d", subreddit: "shopapp", body: "Thanks!" },
    ]);
    const { project } = await polled({ subreddits: ["r/ShopApp"] });
    const items = await itemsOf("reddit");
    expect(Object.keys(items)).toEqual(["t1_c", "t3_a"]);
    expect(items["t3_a"]).toMatchObject({
      title: "Checkout is Broken",
      metadata: {
        subreddit: "shopapp",
        permalink: "/r/shopapp/comments/a/post/",
        author: "somebody",
        created_utc: 1_772_359_200,
      },
    });
    expect(items["t1_c"]!.title.length).toBeLessThanOrEqual(80);
    expect(items["t1_c"]!.title).toMatch(/^It doesn’t work\./);
    const source = await sourceOf(project, "reddit");
    expect(source.counts).toEqual({ accepted: 2, duplicate: 0, filtered: 2, refused: 0 });
    expect(source.last_delivery_at).not.toBeNull();
    expect(source.polled?.targets).toMatchObject([{ name: "shopapp", last_error: null }]);
    const asked = await requestsOf("reddit");
    const listings = asked.filter(({ path }) => !path.includes("access_token"));
    expect(listings.map(({ path }) => path)).toEqual([
      "/r/shopapp/new",
      "/r/shopapp/comments",
      "/api/info",
    ]);
    for (const { query, headers } of listings) {
      expect(query["raw_json"]).toBe("1");
      expect(headers["authorization"]).toMatch(/^Bearer played-/);
    }
    const body = await env.DB.prepare(
      "SELECT body FROM feedback WHERE external_id = 't3_a'",
    ).first();
    expect(body).toEqual({ body: "It hangs & <dies>." });
  });

  it("counts nothing twice, however often it polls, and sees an edit", async () => {
    await redditHas([
      { name: "t3_a", subreddit: "shopapp", title: "Error one", score: 3 },
      { name: "t3_b", subreddit: "shopapp", title: "Nothing to see" },
    ]);
    const { project, deps } = await polled({
      subreddits: ["shopapp"],
      sorts: ["new", "hot", "top"],
    });
    await tick(deps);
    expect((await sourceOf(project, "reddit")).counts).toMatchObject({
      accepted: 1,
      duplicate: 0,
      filtered: 1,
    });
    await redditHas([{ name: "t3_a", subreddit: "shopapp", title: "Error one, and its cause" }]);
    await tick(deps);
    expect((await itemsOf("reddit"))["t3_a"]!.title).toBe("Error one, and its cause");
    expect((await sourceOf(project, "reddit")).counts).toMatchObject({ accepted: 2, filtered: 1 });
  });

  it("takes everything when the list of keywords is empty", async () => {
    await redditHas([{ name: "t3_a", subreddit: "shopapp", title: "Hello" }]);
    await polled({ subreddits: ["shopapp"], keywords: [] });
    expect(Object.keys(await itemsOf("reddit"))).toEqual(["t3_a"]);
  });

  it("reads further pages until it knows what comes, and a page that fails again", async () => {
    await redditHas([{ name: "t3_old", subreddit: "shopapp", title: "Old bug", minutesAgo: 600 }]);
    const { project, deps } = await polled({ subreddits: ["shopapp"] });
    const bugs = Array.from({ length: 150 }, (_, i) => ({
      name: `t3_n${i}`,
      subreddit: "shopapp",
      title: `Bug ${i}`,
      minutesAgo: i / 10,
    }));
    await redditHas(bugs);
    // The first page is read; the second fails.
    await redditFault({ match: "/r/shopapp/new", kind: "slow", delayMs: 0 });
    await redditFault({ match: "/r/shopapp/new", kind: "status", status: 503 });
    await tick(deps);
    expect(Object.keys(await itemsOf("reddit"))).toHaveLength(101);
    expect((await sourceOf(project, "reddit")).last_error).toContain(
      "did not answer for r/shopapp",
    );
    await tick(deps);
    expect(Object.keys(await itemsOf("reddit"))).toHaveLength(151);
    expect((await sourceOf(project, "reddit")).counts).toEqual({
      accepted: 151,
      duplicate: 0,
      filtered: 0,
      refused: 0,
    });
  });

  it("takes away what was deleted or removed, in its listing or long after, and for good", async () => {
    const bug = (name: string, over = {}) => ({
      name,
      subreddit: "shopapp",
      title: `Bug ${name}`,
      body: "An error",
      ...over,
    });
    await redditHas([bug("t3_a"), bug("t3_b"), bug("t1_c", { title: "" }), bug("t3_d")]);
    const { project, deps } = await polled({ subreddits: ["shopapp"] });
    expect(Object.keys(await itemsOf("reddit"))).toHaveLength(4);
    // One is deleted, two are removed; one of these left the listing's subreddit and is only told by /api/info.
    await redditHas([
      bug("t3_a", { fate: "deleted" }),
      bug("t1_c", { fate: "removed" }),
      bug("t3_d", { fate: "removed", subreddit: "elsewhere" }),
    ]);
    await tick(deps);
    const states = Object.entries(await itemsOf("reddit")).map(([id, item]) => [id, item.state]);
    expect(states).toEqual([
      ["t1_c", "deleted"],
      ["t3_a", "deleted"],
      ["t3_b", "open"],
      ["t3_d", "deleted"],
    ]);
    const kept = await env.DB.prepare(
      "SELECT title, body, raw_text, metadata FROM feedback WHERE external_id = 't3_a'",
    ).first();
    expect(kept).toEqual({ title: "(deleted)", body: "", raw_text: "", metadata: "{}" });
    const again = await call("POST", "/ingest/reddit", {
      token: project.token,
      body: redditPost({ name: "t3_a" }),
    });
    expect(again.json).toMatchObject({ results: [{ status: "duplicate" }] });
    const { json } = await call("GET", "/feedback", { token: project.token });
    expect((json as unknown as { items: { external_id: string }[] }).items).toMatchObject([
      { external_id: "t3_b" },
    ]);
  });

  it("goes on with the others when one subreddit is broken, slow or private", async () => {
    await redditHas([
      { name: "t3_a", subreddit: "alpha", title: "Bug a" },
      { name: "t3_z", subreddit: "zulu", title: "Bug z" },
    ]);
    await redditFault({ match: "/r/broken/", kind: "cut", times: 9 });
    const { project } = await polled({
      subreddits: ["alpha", "broken", "nowhere_x", "private_x", "zulu"],
    });
    expect(Object.keys(await itemsOf("reddit"))).toEqual(["t3_a", "t3_z"]);
    const source = await sourceOf(project, "reddit");
    const errors = source.polled!.targets.map(({ name, last_error }) => [name, last_error]);
    expect(errors).toEqual([
      ["alpha", null],
      ["broken", expect.stringContaining("did not answer")],
      ["nowhere_x", expect.stringContaining("Take it off the list")],
      ["private_x", expect.stringContaining("private or quarantined")],
      ["zulu", null],
    ]);
  });

  it("waits as long as a 429 tells, and asks nothing meanwhile", async () => {
    await redditHas([{ name: "t3_a", subreddit: "shopapp", title: "Bug" }]);
    await redditFault({
      match: "/r/shopapp/new",
      kind: "status",
      status: 429,
      retryAfterSeconds: 1_200,
    });
    const { project, deps } = await polled({ subreddits: ["shopapp", "other"] });
    expect((await sourceOf(project, "reddit")).last_error).toContain("wait 20 minutes");
    const asked = (await requestsOf("reddit")).length;
    expect(await pollDue(deps)).toBe(0);
    await tick(deps);
    expect(await requestsOf("reddit")).toHaveLength(asked);
    await tick(deps, 15 * MINUTE);
    expect(Object.keys(await itemsOf("reddit"))).toEqual(["t3_a"]);
    expect((await sourceOf(project, "reddit")).polled?.targets[1]?.last_error).toBeNull();
  });

  it("stops by itself when the headers say that nothing is left", async () => {
    await redditHas([{ name: "t3_a", subreddit: "alpha", title: "Bug" }], { remaining: 1 });
    const { project } = await polled({ subreddits: ["alpha", "beta"] });
    expect(Object.keys(await itemsOf("reddit"))).toEqual(["t3_a"]);
    const asked = (await requestsOf("reddit")).filter(({ path }) => path.startsWith("/r/"));
    expect(asked.map(({ path }) => path)).toEqual(["/r/alpha/new"]);
    expect((await sourceOf(project, "reddit")).last_error).toContain("wait 10 minutes");
  });

  it("reads the public pages without credentials, and with refused ones, and says so", async () => {
    await redditHas([{ name: "t3_a", subreddit: "shopapp", title: "Bug" }]);
    const { project } = await polled(
      { subreddits: ["shopapp"] },
      pollingDeps({ credentials: false }),
    );
    expect(Object.keys(await itemsOf("reddit"))).toEqual(["t3_a"]);
    expect((await sourceOf(project, "reddit")).last_error).toBeNull();
    await redditHas([{ name: "t3_b", subreddit: "shopapp", title: "Another bug" }]);
    await tick(pollingDeps({ secret: "wrong" }), 6 * MINUTE);
    expect(Object.keys(await itemsOf("reddit"))).toEqual(["t3_a", "t3_b"]);
    expect((await sourceOf(project, "reddit")).last_error).toContain("REDDIT_CLIENT_ID");
    const paths = (await requestsOf("reddit")).map(({ path }) => path);
    expect(paths).toContain("/r/shopapp/new.json");
    expect(paths).not.toContain("/r/shopapp/new");
  });

  it("asks for a new token when the old one has ended", async () => {
    await redditHas([{ name: "t3_a", subreddit: "shopapp", title: "Bug" }]);
    const { deps } = await polled({ subreddits: ["shopapp"] });
    await redditHas([{ name: "t3_b", subreddit: "shopapp", title: "Bug b" }], { endTokens: true });
    await tick(deps);
    expect(Object.keys(await itemsOf("reddit"))).toEqual(["t3_a", "t3_b"]);
    const grants = (await requestsOf("reddit")).filter(({ path }) => path.includes("access_token"));
    expect(grants).toHaveLength(2);
  });
});

describe("the ticks of cron", () => {
  it("send one message per source that is due, and none for the others", async () => {
    const first = await makeProject("one@example.com");
    const second = await makeProject("two@example.com");
    await configure(first, { subreddits: ["alpha", "beta"] });
    await configure(second, { subreddits: ["gamma"], interval_minutes: 60 });
    const deps = pollingDeps();
    expect(await pollDue(deps)).toBe(2);
    expect(deps.sent.map((job) => [job.v, job.kind, job.projectId]).sort()).toEqual(
      [
        [1, "poll_source", first.projectId],
        [1, "poll_source", second.projectId],
      ].sort(),
    );
    for (const [minutes, due] of [
      [1, 0],
      [3, 0],
      [1, 1],
      [50, 1],
      [5, 2],
    ] as const) {
      deps.at.now += minutes * MINUTE;
      expect(await pollDue(deps), `after ${minutes} more`).toBe(due);
    }
  });

  it("are lost by nobody: what could not be sent is due again", async () => {
    const project = await makeProject();
    await configure(project, { subreddits: ["alpha"] });
    const deps = pollingDeps();
    const broken = { ...deps, sendJobs: () => Promise.reject(new Error("no queue")) };
    await expect(pollDue(broken)).rejects.toThrow("no queue");
    expect(await pollDue(deps)).toBe(1);
  });

  it("poll REDDIT_SUBREDDITS for projects without a list, until they have one", async () => {
    const project = await makeProject();
    const deps = pollingDeps();
    const settings = { ...deps.settings, REDDIT_SUBREDDITS: "r/Fallback, other not-a-name!" };
    const own = { ...deps, settings, fallbackSubreddits: ["fallback", "other"] };
    await adoptInstallationList(own);
    await adoptInstallationList(own);
    await redditHas([{ name: "t3_f", subreddit: "fallback", title: "A bug" }]);
    await tick(own, MINUTE);
    expect(Object.keys(await itemsOf("reddit"))).toEqual(["t3_f"]);
    const { polled } = await sourceOf(project, "reddit");
    expect(polled?.targets.map(({ name }) => name)).toEqual(["fallback", "other"]);
    await configure(project, { subreddits: [] });
    const asked = (await requestsOf("reddit")).length;
    await tick(own);
    expect(await requestsOf("reddit")).toHaveLength(asked);
  });
});

describe("the settings of Reddit", () => {
  it("have defaults, are changed in part by PUT, and by POST all the same", async () => {
    const project = await makeProject();
    const path = "/config/reddit/subreddits";
    const empty = await call("GET", path, { token: project.token });
    expect(empty.json).toEqual({
      project_id: project.projectId,
      subreddits: [],
      is_fallback: true,
      keywords: ["bug", "broken", "error", "crash", "doesn't work", "feature"],
      interval_minutes: 5,
      sorts: ["new"],
    });
    const put = await configure(project, {
      subreddits: ["r/Alpha", "/r/beta/", "ALPHA"],
      interval_minutes: 7,
    });
    expect(put).toMatchObject({
      subreddits: ["alpha", "beta"],
      interval_minutes: 7,
      is_fallback: false,
    });
    const posted = await configure(project, { keywords: ["hang"], sorts: ["new", "top"] }, "POST");
    expect(posted).toMatchObject({
      subreddits: ["alpha", "beta"],
      keywords: ["hang"],
      sorts: ["new", "top"],
    });
    expect(await configure(project, ["gamma"])).toMatchObject({ subreddits: ["gamma"] });
    const canonical = `/projects/${project.projectId}${path}`;
    const read = await call("GET", canonical, { token: project.token });
    expect(read.json).toMatchObject({ subreddits: ["gamma"], interval_minutes: 7 });
    const source = await sourceOf(project, "reddit");
    expect(source).toMatchObject({ webhook_url: null, polled: { every_minutes: 7 } });
  });

  it("are refused with the path of the fault", async () => {
    const project = await makeProject();
    for (const [body, path] of [
      [{ subreddits: ["ok", "not a name"] }, "subreddits.1"],
      [{ interval_minutes: 0 }, "interval_minutes"],
      [{ interval_minutes: 61 }, "interval_minutes"],
      [{ sorts: [] }, "sorts"],
      [{ sorts: ["best"] }, "sorts.0"],
      [{}, ""],
    ] as const) {
      const answer = await call("PUT", "/config/reddit/subreddits", { token: project.token, body });
      expect(answer, JSON.stringify(body)).toMatchObject({
        status: 400,
        json: { code: "invalid_input", errors: [{ path }] },
      });
    }
  });
});

describe("POST /ingest/reddit", () => {
  it("takes one item or a batch by token, each with its own result", async () => {
    const project = await makeProject();
    const send = (body: unknown) => call("POST", "/ingest/reddit", { token: project.token, body });
    const one = await send(redditPost());
    expect(one).toMatchObject({ status: 202, json: { created: 1 } });
    const batch = await send({
      items: [
        { kind: "t1", data: redditComment() },
        redditPost(),
        { kind: "more", data: { children: ["x"] } },
        { name: "nonsense" },
        redditPost({ removed_by_category: "moderator" }),
      ],
    });
    const { results } = batch.json as unknown as {
      results: { status: string; id: string | null }[];
    };
    expect(results.map(({ status }) => status)).toEqual([
      "created",
      "duplicate",
      "ignored",
      "refused",
      "removed",
    ]);
    expect(results[4]!.id).toBe((one.json as unknown as { id: string }).id);
    expect(Object.entries(await itemsOf("reddit")).map(([id, { state }]) => [id, state])).toEqual([
      ["t1_9xyz", "open"],
      ["t3_1abcde", "deleted"],
    ]);
    expect((await send([])).status).toBe(400);
    expect((await call("POST", "/ingest/reddit", { body: redditPost() })).status).toBe(401);
  });
});
