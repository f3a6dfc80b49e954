/** What stands behind the `<` of a tag; elsewhere the sign is only a sign. */
const TAG_START = /^[a-zA-Z/]$/;
/** Elements that begin and end a line. */
const BLOCKS =
  /^(?:address|article|aside|blockquote|center|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|tr|ul)$/;
/** Elements whose content nobody sees. */
const UNSEEN = /^(?:head|script|style|title|template|noscript|svg)$/;

const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  bull: "•",
  middot: "·",
  laquo: "«",
  raquo: "»",
  euro: "€",
  copy: "©",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  Auml: "Ä",
  Ouml: "Ö",
  Uuml: "Ü",
  szlig: "ß",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
};

const QUOTES_LIMIT = 8;

/**
 * The readable text of a mail's HTML: blocks and `<br>` are lines, list entries begin with `- `, quoted parts with `> `, as
 * mail programs write them. Never throws; the time is linear in the length, whatever the markup is.
 */
export function htmlToText(html: string): string {
  const lines: string[] = [];
  // Pieces, joined once a line ends: asking a growing text for its end each time costs the square of its length.
  let line: string[] = [];
  let quotes = 0;
  let preformatted = 0;
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    write(html.slice(at, open < 0 ? html.length : open));
    if (open < 0) break;
    at = readTag(open);
  }
  endLine();
  return lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();

  function write(text: string): void {
    const plain = decodeEntities(text);
    if (preformatted > 0) {
      const [first = "", ...rest] = plain.split("\n");
      put(first);
      for (const next of rest) {
        endLine();
        put(next);
      }
      return;
    }
    const spaced = plain.replace(/\s+/g, " ");
    put((line.at(-1)?.endsWith(" ") ?? true) ? spaced.trimStart() : spaced);
  }

  function put(text: string): void {
    if (text !== "") line.push(text);
  }

  function endLine(): void {
    lines.push(`${quoteMarks()}${line.join("").trimEnd()}`.trimEnd());
    line = [];
  }

  function quoteMarks(): string {
    return "> ".repeat(Math.min(quotes, QUOTES_LIMIT));
  }

  /** Begins a new line, but leaves no empty one behind. */
  function breakLine(): void {
    if (line.length > 0) endLine();
  }

  /** Reads the tag or comment at `open` and answers where to go on. */
  function readTag(open: number): number {
    if (html.startsWith("<!--", open)) return after("-->", open + 4);
    const tag =
      TAG_START.test(html[open + 1] ?? "") &&
      /^<(\/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})/.exec(html.slice(open, open + 40));
    if (!tag) {
      const known = html[open + 1] === "!" || html[open + 1] === "?";
      if (known) return after(">", open);
      put("<");
      return open + 1;
    }
    const closing = tag[1] === "/";
    const name = tag[2]!.toLowerCase();
    const end = after(">", open);
    if (!closing && UNSEEN.test(name)) return skipContent(name, end);
    if (name === "br") endLine();
    if (name === "td" || name === "th") write(" ");
    if (BLOCKS.test(name)) {
      breakLine();
      const empty = quoteMarks().trimEnd();
      if (name === "p" && lines.at(-1) !== empty) lines.push(empty);
    }
    if (name === "blockquote") quotes = Math.max(0, quotes + (closing ? -1 : 1));
    if (name === "pre") preformatted = Math.max(0, preformatted + (closing ? -1 : 1));
    if (name === "li" && !closing) line = ["- "];
    return end;
  }

  function after(mark: string, from: number): number {
    const found = html.indexOf(mark, from);
    return found < 0 ? html.length : found + mark.length;
  }

  /** To the end of `</name>`; an element that never ends hides the rest. */
  function skipContent(name: string, from: number): number {
    const close = new RegExp(`</${name}[\\s>]`, "gi");
    close.lastIndex = from;
    const found = close.exec(html);
    return found ? after(">", found.index) : html.length;
  }
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z]{2,8}));/g,
    (all, ...found) => {
      const [decimal, hex, name] = found as (string | undefined)[];
      if (name) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name]! : all;
      const code = decimal ? Number(decimal) : Number.parseInt(hex!, 16);
      return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
        ? String.fromCodePoint(code)
        : "";
    },
  );
}
