import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import { Html, html } from "./html";
import { STYLE } from "./style";

/**
 * A whole page. Nothing runs and nothing is loaded: the policy allows the page's own styles (by nonce) and forms to
 * itself. The referrer stays on the same origin, so that forms keep their Origin.
 */
export function sendPage(
  c: Context,
  title: string,
  body: Html,
  status: 200 | 403 | 404 | 409 = 200,
  extraStyle = "",
): Response {
  const nonce = randomBytes(16).toString("base64");
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · played GitHub</title>
        <style nonce="${nonce}">
          ${new Html(STYLE + extraStyle)}
        </style>
      </head>
      <body>
        <header class="top">
          <a class="mark" href="/">GitHub, played</a>
          <span class="what"
            >A stand-in on this machine. The git repositories behind it are real.</span
          >
        </header>
        <main>${body}</main>
      </body>
    </html>`;
  return c.body(page.text, status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": [
      "default-src 'none'",
      `style-src 'nonce-${nonce}'`,
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
  });
}

/** A time for people, in UTC. */
export function shownTime(ms: number): Html {
  const text = new Date(ms).toISOString();
  return html`<time datetime="${text}">${text.slice(0, 16).replace("T", " ")} UTC</time>`;
}

/** One remark with its author. */
export function remark(author: string, what: string, at: number, body: Html): Html {
  return html`<article class="box">
    <div class="head"><strong>${author}</strong> ${what} ${shownTime(at)}</div>
    <div class="body">${body}</div>
  </article>`;
}
