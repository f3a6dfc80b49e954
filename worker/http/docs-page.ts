import { html, raw } from "hono/html";
import type { Hono } from "hono";
import type { AppEnv } from "./app-env";
import { routeTable } from "./openapi";

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;width:100%}td,th{padding:.35rem .6rem;text-align:left;border-bottom:1px solid #8884;vertical-align:top}
code{font-size:.9em}`;

/** A page for people: every route, what it does, and who may call it. */
export function docsPage(app: Hono<AppEnv>) {
  const rows = routeTable(app)
    .sort((a, b) => a.path.localeCompare(b.path))
    .map(
      ({ method, path, spec }) =>
        html`<tr>
          <td><code>${method}</code></td>
          <td><code>${path}</code></td>
          <td>${spec.summary}</td>
          <td><code>${spec.access}</code></td>
        </tr>`,
    );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Soulcaster API</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>Soulcaster API</h1>
        <p>
          The machine-readable document is <a href="/openapi.json">/openapi.json</a>. Send
          <code>Authorization: Bearer &lt;token&gt;</code>. Errors are
          <code>application/problem+json</code> (RFC 9457). Every write accepts
          <code>Idempotency-Key</code>.
        </p>
        <table>
          <thead>
            <tr>
              <th>Method</th>
              <th>Path</th>
              <th>What it does</th>
              <th>Who</th>
            </tr>
          </thead>
          <tbody>
            ${rows}
          </tbody>
        </table>
      </body>
    </html>`;
}
