type Json = Record<string, unknown>;

/** A post as a listing's `data`, with `raw_json=1`. */
export function redditPost(over: Json = {}): Json {
  return {
    name: "t3_1abcde",
    id: "1abcde",
    title: "App crashes when I pay",
    selftext:
      "Since the update the app crashes.\n\nTypeError: x is undefined\n    at f (/app/a.js:3:1)",
    is_self: true,
    author: "buyer",
    subreddit: "shopapp",
    permalink: "/r/shopapp/comments/1abcde/app_crashes_when_i_pay/",
    url: "https://www.reddit.com/r/shopapp/comments/1abcde/app_crashes_when_i_pay/",
    created_utc: 1772359200.0,
    edited: false,
    removed_by_category: null,
    num_comments: 3,
    score: 12,
    link_flair_text: "Bug",
    ...over,
  };
}

/** A comment as a listing's `data`. */
export function redditComment(over: Json = {}): Json {
  return {
    name: "t1_9xyz",
    id: "9xyz",
    body: "Same here, the payment page stays white whatever I do and I had to restart the whole phone.",
    author: "other",
    subreddit: "shopapp",
    permalink: "/r/shopapp/comments/1abcde/app_crashes_when_i_pay/9xyz/",
    link_id: "t3_1abcde",
    parent_id: "t3_1abcde",
    created_utc: 1772359300.0,
    edited: 1772359400.0,
    replies: "",
    ...over,
  };
}

export function redditListing(...children: Json[]): Json {
  return { kind: "Listing", data: { after: null, before: null, children } };
}
