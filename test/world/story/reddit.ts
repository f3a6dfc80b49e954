import type { SeedThing } from "../reddit/state";
import type { StoryBug } from "./bugs";

export const REDDIT_SUBREDDIT = "acmeorders";

type RedditStoryThing = SeedThing & { bug: StoryBug; minutesAgo: number };

/** What shoppers said in `r/acmeorders`, oldest first. The last two speak of no bug, and the poller passes over them. */
export const redditThings: RedditStoryThing[] = [
  {
    bug: "coupon",
    name: "t3_coupon1",
    subreddit: REDDIT_SUBREDDIT,
    minutesAgo: 3_900,
    title: "Is SPRING10 broken for anybody else?",
    body: "I put the coupon code from the newsletter in at the checkout, and all I get is an error page. Without the coupon I can pay.",
    author: "deal_hunter_ie",
  },
  {
    bug: "coupon",
    name: "t1_coupon2",
    subreddit: REDDIT_SUBREDDIT,
    minutesAgo: 3_870,
    body: "Same here, the coupon code doesn’t work: the checkout crashes as soon as I enter it.",
    author: "grumpycat77",
  },
  {
    bug: "shipping",
    name: "t3_collect1",
    subreddit: REDDIT_SUBREDDIT,
    minutesAgo: 2_500,
    title: "Checkout crashes when I collect in the store",
    body: "If I choose to collect my order in the store and leave the shipping address empty, the checkout crashes on “Pay”.",
    author: "galway_girl",
  },
  {
    bug: "revenue",
    name: "t3_revenue1",
    subreddit: REDDIT_SUBREDDIT,
    minutesAgo: 2_200,
    title: "Bug in the sales report: revenue ignores quantities",
    body: "We sell through Acme. Three mugs in one order count once in the revenue of the sales report.",
    author: "mug_merchant",
  },
  {
    bug: "other",
    name: "t3_praise1",
    subreddit: REDDIT_SUBREDDIT,
    minutesAgo: 900,
    title: "My parcel came in a day!",
    body: "Just wanted to say thanks.",
    author: "happy_harriet",
  },
  {
    bug: "other",
    name: "t1_praise2",
    subreddit: REDDIT_SUBREDDIT,
    minutesAgo: 880,
    body: "Mine too.",
    author: "me_too",
  },
];

/** How many of them the default keywords let through. */
export const REDDIT_REPORTS = 4;
