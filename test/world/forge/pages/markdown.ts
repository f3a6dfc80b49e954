import { Html, html } from "./html";

/**
 * The small part of Markdown that pull request bodies live from: headings, lists, quotes, fenced code, tables, `code`,
 * **bold** and links to http(s). Everything else, HTML above all, is shown as the text it is.
 */
export function renderMarkdown(text: string): Html {
  const shown = text.replace(/^<!--[^\n]*?-->$/gm, "");
  const lines = shown.replace(/\r\n?/g, "\n").split("\n");
  const blocks: Html[] = [];
  while (lines.length > 0) blocks.push(takeBlock(lines));
  return html`${blocks}`;
}

function takeWhile(lines: string[], test: (line: string) => boolean): string[] {
  const end = lines.findIndex((line) => !test(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

const HEADING = /^(#{1,6})\s+(.*)$/;
const FENCE = /^\s*(`{3,}|~{3,})/;
const LIST = /^\s*(?:[-*+]|\d{1,9}[.)])\s+/;
const QUOTE = /^>\s?/;
const BREAK = new Html("<br>");

function takeBlock(lines: string[]): Html {
  const first = lines[0] ?? "";
  const fence = FENCE.exec(first)?.[1];
  if (fence) return takeCode(lines, fence);
  const heading = HEADING.exec(first);
  if (heading) {
    lines.shift();
    const words = inline(heading[2] ?? "");
    return (heading[1] ?? "").length < 3 ? html`<h3>${words}</h3>` : html`<h4>${words}</h4>`;
  }
  if (LIST.test(first)) {
    const items = takeWhile(lines, (line) => LIST.test(line));
    return html`<ul>
      ${items.map((line) => html`<li>${inline(line.replace(LIST, ""))}</li>`)}
    </ul>`;
  }
  if (QUOTE.test(first)) {
    const quoted = takeWhile(lines, (line) => QUOTE.test(line));
    const words = quoted.flatMap((line) => [inline(line.replace(QUOTE, "")), BREAK]);
    return html`<blockquote>${words}</blockquote>`;
  }
  if (first.startsWith("|")) return table(takeWhile(lines, (line) => line.startsWith("|")));
  lines.shift();
  if (first.trim() === "") return html``;
  const rest = takeWhile(lines, (line) => line.trim() !== "" && !startsBlock(line));
  return html`<p>${[first, ...rest].flatMap((line) => [inline(line), BREAK])}</p>`;
}

function startsBlock(line: string): boolean {
  return [HEADING, FENCE, LIST, QUOTE].some((one) => one.test(line)) || line.startsWith("|");
}

function takeCode(lines: string[], fence: string): Html {
  lines.shift();
  const body = takeWhile(lines, (line) => !line.trimStart().startsWith(fence));
  lines.shift();
  return html`<pre><code>${body.join("\n")}</code></pre>`;
}

function table(rows: string[]): Html {
  const cells = rows
    .filter((row) => !/^\|[\s:|-]+$/.test(row))
    .map((row) => row.replace(/^\||\|\s*$/g, "").split("|"));
  return html`<table>
    ${cells.map(
      (row) =>
        html`<tr>
          ${row.map((cell) => html`<td>${inline(cell.trim())}</td>`)}
        </tr>`,
    )}
  </table>`;
}

const INLINE =
  /\\([!-/:-@[-`{-~])|`([^`\n]+)`|\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\((https?:\/\/[^\s()<>"']+)\)/g;

function inline(line: string): Html {
  const parts: (Html | string)[] = [];
  let at = 0;
  for (const match of line.matchAll(INLINE)) {
    const [all, escaped, code, bold, label, target] = match;
    parts.push(line.slice(at, match.index));
    at = match.index + all.length;
    if (escaped !== undefined) parts.push(escaped);
    else if (code !== undefined) parts.push(html`<code>${code}</code>`);
    else if (bold !== undefined) parts.push(html`<strong>${bold}</strong>`);
    else parts.push(html`<a href="${target ?? ""}" rel="noopener noreferrer">${label ?? ""}</a>`);
  }
  parts.push(line.slice(at));
  return html`${parts}`;
}
