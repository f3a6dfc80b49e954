import { describe, expect, it } from "vitest";
import { mapReddit } from "../../../../../worker/ingest/sources/reddit/map";
import { redditComment, redditListing, redditPost } from "../../../../builders/reddit";

const NOW = Date.UTC(2026, 5, 1);

describe("a post", () => {
  it("becomes a report under its fullname", () => {
    const batch = mapReddit({ kind: "t3", data: redditPost() }, NOW);
    expect(batch.items).toHaveLength(1);
    expect(batch.items[0]?.item).toMatchObject({
      source: "reddit",
      external_id: "t3_1abcde",
      title: "App crashes when I pay",
      created_at: 1772359200000,
      metadata: {
        subreddit: "shopapp",
        permalink: "/r/shopapp/comments/1abcde/app_crashes_when_i_pay/",
        url: "https://www.reddit.com/r/shopapp/comments/1abcde/app_crashes_when_i_pay/",
        author: "buyer",
        created_utc: 1772359200,
        crash: { type: "TypeError" },
      },
    });
  });

  it("that is a link has its text in the title alone", () => {
    const [first] = mapReddit(redditPost({ selftext: "", is_self: false }), NOW).items;
    expect(first?.item).toMatchObject({
      body: "App crashes when I pay",
      raw_text: "App crashes when I pay",
    });
  });

  it("that repeats another has the other's text", () => {
    const parent = { selftext: "The original text" };
    const post = redditPost({ selftext: "", crosspost_parent_list: [parent] });
    expect(mapReddit(post, NOW).items[0]?.item.body).toBe("The original text");
  });

  it.each([
    [{ removed_by_category: "moderator" }, "moderator"],
    [{ selftext: "[removed]" }, "removed"],
    [{ selftext: "[deleted]", author: "[deleted]" }, "deleted"],
    [{ selftext: "[deleted]", author: null }, "deleted"],
  ])("with %j takes the stored report away", (over, reason) => {
    expect(mapReddit(redditPost(over), NOW)).toEqual({
      items: [],
      ignored: [],
      refused: [],
      changes: [
        {
          index: 0,
          externalId: "t3_1abcde",
          change: { action: "deleted", at: NOW, by: null, reason },
        },
      ],
    });
  });

  it("whose author left keeps its text", () => {
    expect(mapReddit(redditPost({ author: "[deleted]" }), NOW).items).toHaveLength(1);
  });
});

describe("a comment", () => {
  it("is titled by its first 80 characters", () => {
    const [first] = mapReddit({ kind: "t1", data: redditComment() }, NOW).items;
    expect(first?.item.external_id).toBe("t1_9xyz");
    expect(first?.item.title).toBe(redditComment()["body"]!.toString().slice(0, 80).trim());
    expect(first?.item.body).toBe(redditComment().body);
  });
});

describe("a listing", () => {
  it("is mapped thing by thing, and a broken one stops no other", () => {
    const batch = mapReddit(
      redditListing(
        { kind: "t3", data: redditPost() },
        { kind: "more", data: { count: 3, children: ["a"] } },
        { kind: "t1", data: redditComment({ name: 5, id: {} }) },
        { kind: "t1", data: redditComment({ body: "[removed]" }) },
        { kind: "t1", data: redditComment({ body: "", name: "t1_empty" }) },
      ),
      NOW,
    );
    expect(batch.items.map(({ index }) => index)).toEqual([0]);
    expect(batch.ignored).toEqual([{ index: 1, reason: "more" }]);
    expect(batch.changes.map(({ index }) => index)).toEqual([3]);
    expect(batch.refused.map(({ index, faults }) => [index, faults[0]?.path])).toEqual([
      [2, "name"],
      [4, "body"],
    ]);
  });

  it("of plain items takes an id and a kind for the fullname", () => {
    const items = [
      { id: "1abcde", title: "t", body: "b" },
      { id: "9xyz", body: "c" },
      { external_id: "t3_q", title: "q" },
    ];
    const batch = mapReddit({ items }, NOW);
    expect(batch.items.map(({ item }) => item.external_id)).toEqual([
      "t3_1abcde",
      "t1_9xyz",
      "t3_q",
    ]);
  });
});

describe("the one thing posted", () => {
  it.each([[{}], [{ name: "t5_x" }], [3], [null], [[]], [{ items: {} }]])(
    "%j is refused",
    (posted) => {
      expect(() => mapReddit(posted, NOW)).toThrow(
        expect.objectContaining({ code: "malformed_body" }),
      );
    },
  );
});
