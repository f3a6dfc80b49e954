import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ColorSchemeType } from "diff2html/lib/types";
import { html as drawDiff } from "diff2html";
import { Html, html } from "./html";

/** Beyond this a diff is shown as plain text: drawing it would hold up everybody else. */
const DRAWN_LIMIT = 400_000;

let style: string | undefined;

/** diff2html's own style sheet, read once from the installed package. */
export function diffStyle(): string {
  style ??= readFileSync(
    createRequire(import.meta.url).resolve("diff2html/bundles/css/diff2html.min.css"),
    "utf8",
  );
  return style;
}

/** A unified diff, drawn line by line. diff2html escapes names and lines itself; a test holds it to that. */
export function renderDiff(diff: string): Html {
  if (diff === "") return html`<p class="soft">Nothing differs.</p>`;
  if (diff.length > DRAWN_LIMIT) {
    return html`<p class="soft">This diff is long and shown as text.</p>
      <pre>${diff.slice(0, 2_000_000)}</pre>`;
  }
  return new Html(
    drawDiff(diff, {
      drawFileList: true,
      outputFormat: "line-by-line",
      matching: "none",
      colorScheme: ColorSchemeType.AUTO,
    }),
  );
}
