import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import type { FeedbackItem } from "../../../web/app/api.server";
import { ReportBody } from "../../../web/app/features/reports/report-body";
import { OutLink } from "../../../web/app/ui/out-link";

const ITEM: FeedbackItem = {
  id: "f",
  project_id: "p",
  source: "sentry",
  external_id: "x",
  title: "<script>alert('title')</script>",
  body: "<img src=x onerror=alert(1)>\n<script>alert('body')</script>",
  raw_text: "",
  metadata: {
    url: "javascript:alert('link')",
    author: '"><script>alert(2)</script>',
    crash: {
      type: "<b>Type</b>",
      message: "</p><script>alert(3)</script>",
      frames: [
        {
          file: "<svg onload=alert(4)>",
          function: null,
          module: null,
          line: 1,
          column: null,
          in_app: true,
        },
      ],
    },
  },
  created_at: "2026-11-20T12:00:00.000Z",
  received_at: "2026-11-20T12:00:00.000Z",
  updated_at: "2026-11-20T12:00:00.000Z",
  state: "open",
  cluster_id: null,
  unclustered: true,
  occurrences: 1,
  last_occurred_at: null,
};

describe("a hostile report", () => {
  const html = renderToStaticMarkup(createElement(ReportBody, { item: ITEM }));

  it("is shown as text, whatever it contains", () => {
    expect(html).not.toMatch(/<(?:script|img|b>|svg onload)/);
    expect(html).toContain("&lt;script&gt;alert(&#x27;body&#x27;)&lt;/script&gt;");
  });

  it("gives no link but to http and https", () => {
    expect(html).not.toContain("href");
    const link = createElement(OutLink, { href: "https://example.com/1" }, "Open");
    expect(renderToStaticMarkup(link)).toContain('rel="noreferrer noopener"');
  });

  it("keeps its own direction of writing to itself", () => {
    expect(html).toContain('<div class="report-text" dir="auto">');
  });

  it("survives metadata of unexpected kinds", () => {
    const metadata = { author: 7, url: { href: "x" }, release: ["a"] };
    const odd = { ...ITEM, metadata } as unknown as FeedbackItem;
    expect(() => renderToStaticMarkup(createElement(ReportBody, { item: odd }))).not.toThrow();
  });
});
