import type { Parser } from "@lezer/common";
import { grammarOf } from "./grammars";

/** Where a changed file does not parse. `loose`: the grammar is known to stumble over correct code, so this is a hint. */
export type SyntaxFault = { line: number; message: string; loose: boolean };

const NEAR_LINES = 2;

/** A statement may begin this far from the line where the parser stumbles over it. */
const GAP_LINES = 5;

/**
 * Whether a file parses worse than before: Lezer recovers, so its error nodes are counted and compared. The place told is the error
 * nearest to what was changed. `before` is null for a new file. Null when it parses no worse, or
 * there is no grammar for it.
 */
export async function syntaxFault(
  path: string,
  before: string | null,
  after: string,
): Promise<SyntaxFault | null> {
  const grammar = grammarOf(path);
  if (!grammar) return null;
  const parser = await grammar.load();
  const errors = errorLines(parser, after);
  if (errors.length === 0) return null;
  const lines = after.split("\n");
  const changed = before === null ? { from: 1, to: lines.length } : changedLines(before, after);
  if (before !== null && errors.length <= errorLines(parser, before).length) return null;
  if (await grammar.reads?.(path, after)) return null;
  const line = errors.toSorted((a, b) => distance(a, changed) - distance(b, changed))[0]!;
  const text = (lines[line - 1] ?? "").trim().slice(0, 80);
  const around = lines.slice(Math.max(0, line - 1 - GAP_LINES), line + GAP_LINES);
  const isGap = around.some((one) => grammar.gaps?.test(one));
  return {
    line,
    message: `is not valid ${grammar.name} near ${JSON.stringify(text)}`,
    loose: grammar.loose || isGap,
  };
}

type Range = { from: number; to: number };

/** The lines of the error nodes, in order. */
function errorLines(parser: Parser, text: string): number[] {
  const errors: number[] = [];
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) errors.push(lineAt(text, node.from));
    },
  });
  return errors;
}

/** The lines (from 1, in `after`) between the common beginning and the common end of two texts. */
function changedLines(before: string, after: string): Range {
  const a = before.split("\n");
  const b = after.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail))
    tail += 1;
  return { from: head + 1, to: Math.max(head + 1, b.length - tail) };
}

/** How far a line lies from a range; within two lines it counts as inside. */
function distance(line: number, { from, to }: Range): number {
  if (line < from) return Math.max(0, from - line - NEAR_LINES);
  return line > to ? Math.max(0, line - to - NEAR_LINES) : 0;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1))
    line += 1;
  return line;
}
