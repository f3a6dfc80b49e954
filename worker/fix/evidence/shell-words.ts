/** One command of a shell line, and what stands behind it: `&&`, `||`, `;`, `|`, or nothing at the end. */
export type Segment = { words: Word[]; text: string; operator: string };

/** A word as it is written; `end` is where it ends in its segment's text. */
export type Word = { text: string; end: number };

const OPERATOR = /^(?:&&|\|\||;|\||\n)/;
/** Substitutions, groups, here-documents, background: such a line is left as it is. */
const BEYOND_US = /[`(){}]|\$\(|<<|(?<!&|>)&(?!&|>|\d)/;

/** The commands of a simple shell line; null where it holds more than commands, operators and quotes. Never throws. */
export function segmentsOf(line: string): Segment[] | null {
  const segments: Segment[] = [];
  let text = "";
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    const operator = quote === "" ? OPERATOR.exec(line.slice(at, at + 2))?.[0] : undefined;
    if (operator) {
      segments.push({ text, operator, words: [] });
      text = "";
      at += operator.length - 1;
      continue;
    }
    if (char === "\\" && quote !== "'") text += char + (line[++at] ?? "");
    else {
      if (char === quote) quote = "";
      else if (quote === "" && (char === "'" || char === '"')) quote = char;
      text += char;
    }
  }
  if (quote !== "") return null;
  segments.push({ text, operator: "", words: [] });
  if (segments.some(({ text: one }) => BEYOND_US.test(withoutQuotes(one)))) return null;
  return segments.map((segment) => ({ ...segment, words: wordsOf(segment.text) }));
}

/** What stands in single quotes is only text; in double quotes a substitution still counts. */
function withoutQuotes(text: string): string {
  return text
    .replace(/'[^']*'/g, "")
    .replace(/"(?:[^"\\]|\\.)*"/g, (inner) => (/`|\$\(/.test(inner) ? inner : ""));
}

function wordsOf(text: string): Word[] {
  const pattern = /(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+/g;
  return [...text.matchAll(pattern)].map((match) => ({
    text: match[0],
    end: match.index + match[0].length,
  }));
}

/** A text as one word of a shell line. */
export function quoted(text: string): string {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
