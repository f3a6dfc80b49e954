import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CLUSTER_SUMMARY_LIMIT, CLUSTER_TITLE_LIMIT } from "../../../../worker/domain/cluster";
import { fitText } from "../../../../worker/triage/summarizers/fit-text";
import { plainTitle, proseSentences } from "../../../../worker/triage/summarizers/report-prose";
import { summarizeByExtract } from "../../../../worker/triage/summarizers/extractive";
import { crash, frame } from "../reports";
import { member } from "./members";

describe("the extractive summarizer", () => {
  test("names the problem that several people tell in their own words", () => {
    const { title, summary } = summarizeByExtract([
      member({
        title: "URGENT!!! please help",
        body: "Hi team,\n\nCSV export drops the last column since Monday. Can you look?\n\nThanks, Ann",
      }),
      member({
        title: "[Bug] CSV export drops the last column",
        body: "Exporting a report to CSV loses the last column when it has more than 20 columns.",
      }),
      member({ title: "export broken", body: "The CSV export misses a column." }),
    ]);
    expect(title).toBe("CSV export drops the last column");
    expect(summary).toMatch(/more than 20 columns/);
    expect(summary).not.toMatch(/Hi team|Thanks|URGENT/);
  });

  test("names the error and its place when all that is known is a crash", () => {
    const npe = crash({
      type: "java.lang.NullPointerException",
      frames: [frame({ module: "com.shop.cart.Cart", function: "total", file: "Cart.java" })],
    });
    const { title, summary } = summarizeByExtract([
      member({ source: "sentry", title: "java.lang.NullPointerException", crash: npe }),
    ]);
    expect(title).toBe("NullPointerException in Cart.total");
    expect(summary).toBe("NullPointerException in Cart.total.");
  });

  test("says where it is thrown once, and not in the frames of a report's text", () => {
    const street = "TypeError: Cannot read properties of undefined (reading 'street')";
    const { title, summary } = summarizeByExtract([
      member({
        source: "sentry",
        title: street,
        body: `${street}\napp:///src/invoice.js:4 addressBlock\napp:///src/invoice.js:17 renderInvoice`,
        crash: crash({
          type: "TypeError",
          message: "Cannot read properties of undefined (reading 'street')",
          frames: [frame({ file: "src/invoice.js", function: "addressBlock" })],
        }),
      }),
      member({ title: "Same here: no invoice", body: "Orders by phone have no billing address." }),
    ]);
    expect(title).toBe(street);
    expect(summary).toBe(
      "Orders by phone have no billing address. Thrown in addressBlock (invoice.js).",
    );
  });

  test("puts the error's place into the summary when people have told the problem", () => {
    const type = crash({
      type: "TypeError",
      message: "Cannot read properties of undefined (reading 'price')",
      frames: [frame({ file: "src/checkout.ts", function: "submitOrder" })],
    });
    const { title, summary } = summarizeByExtract([
      member({
        title: "Checkout fails with an empty voucher field",
        body: "Leave the voucher field empty and press pay. The checkout page shows a white screen.",
      }),
      member({
        source: "sentry",
        title: "TypeError: Cannot read properties of undefined (reading 'price')",
        crash: type,
      }),
      member({ title: "Re: Checkout page fails, voucher field empty" }),
    ]);
    expect(title).toMatch(/^Checkout .*voucher field/);
    expect(summary).toMatch(/TypeError: Cannot read properties of undefined/);
    expect(summary).toMatch(/submitOrder \(checkout\.ts\)\.$/);
  });

  test("takes the first telling sentence when the title tells nothing", () => {
    const { title } = summarizeByExtract([
      member({
        title: "Help",
        body: "Hello,\nwhen I rotate the phone the video restarts from the beginning. It is annoying.",
      }),
    ]);
    expect(title).toBe("When I rotate the phone the video restarts from the beginning");
  });

  test("keeps the words of other scripts", () => {
    const { title, summary } = summarizeByExtract([
      member({
        title: "结账页面点击支付没有反应",
        body: "在结账页面点击支付按钮之后没有任何反应。刷新页面也没有用。",
      }),
    ]);
    expect(title).toBe("结账页面点击支付没有反应");
    expect(summary).not.toBe("");
  });

  test("has something to say about a report without text", () => {
    expect(summarizeByExtract([member({})])).toEqual({
      title: "Report without text",
      summary: "Report without text.",
    });
  });

  test("keeps the limits, cuts no word and never throws, whatever people write", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.lorem({ maxCount: 120 }),
      fc
        .array(fc.constantFrom("```", "\n", "- [ ]", "<!--", "at a.b(C.java:1)", "Hi", "#", "🔥"), {
          maxLength: 30,
        })
        .map((all) => all.join(" ")),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }), (drawn) => {
        const { title, summary } = summarizeByExtract(
          drawn.map(([one, body]) => member({ title: one, body })),
        );
        expect(title.length).toBeGreaterThan(0);
        expect(title.length).toBeLessThanOrEqual(CLUSTER_TITLE_LIMIT);
        expect(summary.length).toBeGreaterThan(0);
        expect(summary.length).toBeLessThanOrEqual(CLUSTER_SUMMARY_LIMIT);
      }),
      { numRuns: 200 },
    );
  });
});

describe("plainTitle", () => {
  test.each([
    ["[BUG] Login fails", "Login fails"],
    ["Bug: login fails.", "Login fails"],
    ["Re: Fwd: [mobile] login fails!!!", "Login fails"],
    ["🐛 Login fails 🔥", "Login fails"],
    ["PROJ-123: Login fails", "Login fails"],
    ["#42 Login fails", "Login fails"],
    ["Please help, login fails", "Login fails"],
    ["Hi team, login fails", "Login fails"],
    ["LOGIN FAILS AFTER UPDATE", "Login fails after update"],
    ["parseOrder() throws on empty input", "parseOrder() throws on empty input"],
    ["TypeError: x is not a function", "TypeError: x is not a function"],
    ["Bug report", "Bug report"],
    ["Issues with sorting", "Issues with sorting"],
    ["   ", ""],
  ])("%s", (title, expected) => {
    expect(plainTitle(title)).toBe(expected);
  });
});

describe("proseSentences", () => {
  test("leaves templates, logs, code, frames, quotes and courtesies out", () => {
    const body = `<!-- Thank you for the report! -->
### Steps to reproduce
Hello,
the page stays blank after login. It worked last week.
\`\`\`
const secret = 1;
\`\`\`
2026-11-21 10:00:01 ERROR login failed for user
    at login (src/login.ts:3:1)
Browser: Firefox 140
- [x] I searched existing issues
> quoted words of somebody else
Thanks,
Ann`;
    expect(proseSentences(body)).toEqual([
      "the page stays blank after login.",
      "It worked last week.",
    ]);
  });

  test("joins lines that a mail program has broken", () => {
    const body =
      "The upload of a picture that is larger than ten\nmegabytes never ends and the progress bar jumps\nback to zero.";
    expect(proseSentences(body)).toHaveLength(1);
  });
});

describe("fitText", () => {
  test.each([
    ["Short enough.", 80, "Short enough"],
    [
      "Export fails for large reports, and nobody is told about it",
      40,
      "Export fails for large reports",
    ],
    [
      "Export of the yearly report fails because of the missing column",
      46,
      "Export of the yearly report fails",
    ],
    [
      "Export (the new one that came with the last",
      80,
      "Export (the new one that came with the last",
    ],
  ])("%s", (text, limit, expected) => {
    expect(fitText(text, limit)).toBe(expected);
  });

  test("cuts only after whole words, and between characters when there are none", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(words, (all) => {
        const fitted = fitText(all.join(" "), 60);
        expect(fitted.length).toBeLessThanOrEqual(60);
        expect(all.join(" ").startsWith(fitted)).toBe(true);
        for (const word of fitted.split(" ")) if (word) expect(all).toContain(word);
      }),
    );
    const family = "👨‍👩‍👧‍👦";
    expect(fitText(family.repeat(20), 80)).toBe(family.repeat(7));
  });
});
