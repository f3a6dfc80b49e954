import { stackText, type StoryBug } from "./bugs";

/** An issue to open in `acme/orders`; the forge tells Soulcaster by its own signed webhook. */
export type GithubStoryIssue = {
  bug: StoryBug;
  minutesAgo: number;
  title: string;
  body: string;
  author: string;
};

/** What developers and testers wrote, oldest first. */
export const githubIssues: GithubStoryIssue[] = [
  {
    bug: "shipping",
    minutesAgo: 2_700,
    title: "Checkout crashes for click & collect orders",
    author: "niamh-dev",
    body: [
      "Since we allow collection in the store, `checkout()` throws for every order without a shipping address:",
      "",
      "```",
      stackText("shipping"),
      "```",
      "",
      "Expected: the order is quoted as collection (`zone: store`), as for countries that we do not deliver to.",
    ].join("\n"),
  },
  {
    bug: "revenue",
    minutesAgo: 2_330,
    title: "Revenue in the sales report is too low",
    author: "paolo-finance",
    body:
      "`revenueOf` seems to ignore the quantity of a line. An order of 3 mugs at 12.50 counts as 12.50, so the revenue of " +
      "March is off by about a third. The invoices are right.",
  },
  {
    bug: "invoice",
    minutesAgo: 1_480,
    title: "renderInvoice throws when billing has no address",
    author: "tomasz-k",
    body: [
      "Orders that came in over the phone have a billing name, but no billing address. Their invoice cannot be opened:",
      "",
      "```",
      stackText("invoice"),
      "```",
    ].join("\r\n"),
  },
  {
    bug: "top-sellers",
    minutesAgo: 1_300,
    title: "topSellers(orders, 3) gives only two products",
    author: "ingrid-qa",
    body:
      "I asked for the top 3 best sellers and the list has two entries. With `count` 10 it has nine. The last one is always " +
      "missing.",
  },
  {
    bug: "coupon",
    minutesAgo: 1_150,
    title: "Expired coupon breaks the checkout instead of being ignored",
    author: "ingrid-qa",
    body: [
      "1. Put anything into the cart",
      "2. Enter a coupon code that has expired (SPRING10)",
      "3. The page shows “Something went wrong”",
      "",
      "Log of the server:",
      "",
      stackText("coupon"),
    ].join("\n"),
  },
  {
    bug: "payment",
    minutesAgo: 900,
    title: "Unhandled TypeError in capturePayment when the gateway times out",
    author: "niamh-dev",
    body: [
      "The gateway calls back with `ETIMEDOUT` and no receipt. We mean to leave the payment pending, but:",
      "",
      "```",
      stackText("payment"),
      "```",
      "",
      "The process dies, because nobody catches what is thrown inside the callback.",
    ].join("\n"),
  },
  {
    bug: "other",
    minutesAgo: 700,
    title: "Please publish TypeScript types",
    author: "someone-on-the-internet",
    body: "It would be nice to have `.d.ts` files for this library. Happy to help.",
  },
  {
    bug: "restock",
    minutesAgo: 420,
    title: "Product page of sold-out items answers 500",
    author: "tomasz-k",
    body: [
      "`restockNote` crashes when no delivery is planned for a product. It should say “Currently not available”.",
      "",
      "```",
      stackText("restock"),
      "```",
    ].join("\n"),
  },
  {
    bug: "greeting",
    minutesAgo: 200,
    title: "Guests get no order confirmation",
    author: "ingrid-qa",
    body:
      "Guest checkout: the order is paid, but no mail arrives. The log says `TypeError: Cannot read properties of undefined " +
      "(reading 'displayName')` in `greetingFor`. A guest has no profile, so there is no display name.",
  },
];
