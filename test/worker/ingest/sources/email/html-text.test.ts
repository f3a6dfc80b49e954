import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { htmlToText } from "../../../../../worker/ingest/sources/email/html-text";

describe("the readable text of a mail's HTML", () => {
  it.each([
    ["<p>One</p><p>Two</p>", "One\n\nTwo"],
    ["One<br>Two<br/>Three", "One\nTwo\nThree"],
    ["<div>One</div><div>Two <b>bold</b></div>", "One\nTwo bold"],
    ["<ul><li>One</li><li>Two</li></ul>", "- One\n- Two"],
    ["a\n   b\t c", "a b c"],
    ["<pre>a\n  b</pre>", "a\n  b"],
    [
      "Mine<blockquote><p>Theirs</p><blockquote>Older</blockquote></blockquote>",
      "Mine\n>\n> Theirs\n>\n> > Older",
    ],
    ["<head><title>T</title></head><style>p{}</style><script>alert('<p>')</script>Seen", "Seen"],
    ["<!-- hidden <p> --><!DOCTYPE html>Seen<![endif]-->", "Seen"],
    ["1 &lt; 2 &amp;&amp; 3 &gt; 2 &nbsp;&#8364;&#x20AC;&euro;", "1 < 2 && 3 > 2 €€€"],
    ["&unknown; &#xD800; &#0; &constructor;", "&unknown; &constructor;"],
    ["1 < 2", "1 < 2"],
    ["<script>never ends", ""],
    ["<a href='x", ""],
    ["<table><tr><td>A</td><td>B</td></tr></table>", "A B"],
  ])("of %j", (html, text) => {
    expect(htmlToText(html).replace(/[ ]+\n/g, "\n")).toBe(text);
  });

  it("never throws, and takes time in proportion to the length", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            "<",
            ">",
            "<p>",
            "</p>",
            "<blockquote>",
            "<!--",
            "&",
            "&#",
            "a",
            "<script>",
            "\n",
          ),
        ),
        (parts) => {
          expect(typeof htmlToText(parts.join(""))).toBe("string");
        },
      ),
    );
    for (const part of [
      "<",
      "<a ",
      "<!--",
      "<blockquote>",
      "<script>",
      "&#1;",
      "<p>",
      "</pre>\n",
    ]) {
      const start = performance.now();
      htmlToText(part.repeat(500_000 / part.length));
      expect(performance.now() - start, part).toBeLessThan(1_000);
    }
  });
});
