import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startReddit } from ".";

const CREDENTIALS = { clientId: "an-id", clientSecret: "a-secret" };
let reddit: Awaited<ReturnType<typeof startReddit>>;

beforeAll(async () => {
  const seed = [{ name: "t3_seed", subreddit: "shop", title: "Seeded & <kept>" }];
  reddit = await startReddit({ ...CREDENTIALS, seed });
});
beforeEach(() => reddit.standIn.reset());
afterAll(() => reddit.stop());

async function token(secret = CREDENTIALS.clientSecret, type = "client_credentials") {
  const response = await fetch(`${reddit.url}/api/v1/access_token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${CREDENTIALS.clientId}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: type }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

function get(path: string, headers: Record<string, string> = {}) {
  return fetch(`${reddit.url}${path}`, {
    headers: { "user-agent": "soulcaster-test", ...headers },
    redirect: "manual",
  });
}

async function names(path: string): Promise<{ names: string[]; after: string | null }> {
  const json = (await (await get(path)).json()) as {
    data: { after: string | null; children: { data: { name: string } }[] };
  };
  return { names: json.data.children.map(({ data }) => data.name), after: json.data.after };
}

async function tell(body: unknown): Promise<void> {
  await fetch(`${reddit.url}/__world/reddit`, { method: "POST", body: JSON.stringify(body) });
}

describe("the played Reddit", () => {
  it("grants tokens to its client only, and answers a wrong grant with 200 and an error", async () => {
    expect((await token()).json).toMatchObject({ token_type: "bearer", expires_in: 86_400 });
    expect((await token("wrong")).status).toBe(401);
    const wrong = await token(undefined, "password");
    expect(wrong).toMatchObject({ status: 200, json: { error: "unsupported_grant_type" } });
  });

  it("lists with a token, and without one only at .json", async () => {
    const { access_token } = (await token()).json;
    expect((await get("/r/shop/new")).status).toBe(401);
    const headers = { authorization: `Bearer ${String(access_token)}` };
    expect((await get("/r/shop/new", headers)).status).toBe(200);
    expect((await names("/r/shop/new.json")).names).toEqual(["t3_seed"]);
  });

  it("escapes text unless raw_json asks it not to", async () => {
    expect(await (await get("/r/shop/new.json")).text()).toContain("Seeded &amp; &lt;kept&gt;");
    expect(await (await get("/r/shop/new.json?raw_json=1")).text()).toContain("Seeded & <kept>");
  });

  it("pages by after, newest first, with comments apart and top by score", async () => {
    const things = Array.from({ length: 5 }, (_, i) => ({
      name: `t3_p${i}`,
      subreddit: "paged",
      minutesAgo: i,
      score: i,
    }));
    await tell({ things: [...things, { name: "t1_c", subreddit: "paged", body: "c" }] });
    const first = await names("/r/paged/new.json?limit=3");
    expect(first).toEqual({ names: ["t3_p0", "t3_p1", "t3_p2"], after: "t3_p2" });
    const second = await names("/r/paged/new.json?limit=3&after=t3_p2");
    expect(second).toEqual({ names: ["t3_p3", "t3_p4"], after: null });
    expect((await names("/r/paged/top.json?limit=1")).names).toEqual(["t3_p4"]);
    expect((await names("/r/paged/comments.json")).names).toEqual(["t1_c"]);
  });

  it("tells what became of things, and leaves out what does not exist", async () => {
    await tell({
      things: [
        { name: "t3_d", subreddit: "shop", body: "x", fate: "deleted" },
        { name: "t1_r", subreddit: "shop", body: "x", fate: "removed" },
      ],
    });
    const text = await (await get("/api/info.json?id=t3_d,t1_r,t3_none")).text();
    expect(text).toContain('"selftext":"[deleted]"');
    expect(text).toContain('"body":"[removed]"');
    expect(text).not.toContain("t3_none");
  });

  it("tells its limit in headers, and answers 429 in HTML when it is spent", async () => {
    await tell({ remaining: 1 });
    expect((await get("/r/shop/new.json")).headers.get("x-ratelimit-remaining")).toBe("0.0");
    const refused = await get("/r/shop/new.json");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-ratelimit-reset")).toBe("600");
    expect(refused.headers.get("content-type")).toContain("html");
  });

  it("hides private subreddits and sends away from those that are nowhere", async () => {
    expect((await get("/r/private_club/new.json")).status).toBe(403);
    expect((await get("/r/nowhere_at_all/new.json")).status).toBe(302);
  });
});
