import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { searchSource, SourceIndexBuilder } from "../../../../worker/fix/plan/source-index";
import { identifiersIn, wordsOf } from "../../../../worker/fix/plan/words";

function search(files: Record<string, string>, text: string, limit = 10) {
  const builder = new SourceIndexBuilder();
  for (const [path, content] of Object.entries(files)) builder.add(path, content);
  const index = JSON.parse(JSON.stringify(builder.build(true)));
  const query = { words: wordsOf(text), identifiers: identifiersIn(text) };
  return searchSource(index, query, limit);
}

describe("searching source", () => {
  test("prefers a rare word to a common one, and a short file to a long one", () => {
    const files = {
      "common.js": "order order order order coupon",
      "rare.js": "order voucher",
      "long.js": `voucher ${"filler ".repeat(12)}`,
      "other.js": "order",
      "another.js": "order",
      "last.js": "order",
    };
    const hits = search(files, "The voucher of an order");
    expect(hits.map(({ path }) => path)).toEqual([
      "rare.js",
      "long.js",
      "common.js",
      "another.js",
      "last.js",
      "other.js",
    ]);
    expect(hits[0]!.words).toEqual(["voucher", "order"]);
  });

  test("finds identifiers only as they are written, and their parts as words", () => {
    const files = { "a.js": "quoteShipping(order)", "b.js": "quote the shipping" };
    const [first, second] = search(files, "`quoteShipping` fails");
    expect(first).toMatchObject({ path: "a.js", identifiers: ["quoteShipping"] });
    expect(second).toMatchObject({ path: "b.js", identifiers: [] });
  });

  test("prefers the file that defines a name to one that passes it on", () => {
    const body = "return orders.map(total).filter(Boolean);\n".repeat(20);
    const files = {
      "index.js": 'export { topSellers } from "./reports.js";',
      "reports.js": `export function topSellers(orders) {\n${body}}`,
      "page.js": "show(topSellers(orders));",
    };
    expect(search(files, "topSellers is wrong")[0]!.path).toBe("reports.js");
  });

  test("is not led astray by words that every object has", () => {
    expect(
      search({ "a.js": "nothing here" }, "constructor toString hasOwnProperty __proto__"),
    ).toEqual([]);
    const files = { "a.js": "constructor of toString", "b.js": "x" };
    expect(search(files, "constructor")[0]?.path).toBe("a.js");
  });

  test("gives each file once, with a score above zero, best first, however odd the text", () => {
    const content = fc.string({ unit: "grapheme", maxLength: 200 });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), content), content, (files, text) => {
        const hits = search(files, `${text} ${Object.values(files)[0] ?? ""}`);
        expect(new Set(hits.map(({ path }) => path)).size).toBe(hits.length);
        expect(hits.every(({ score }) => score > 0)).toBe(true);
        expect(hits).toEqual(hits.toSorted((one, other) => other.score - one.score));
      }),
    );
  });
});
