import type { TextPiece } from "./decode";
import { EXCERPT_LIMIT, ROW_LIMIT, type Row } from "./row";

/** The rows of a JSON Lines file: an object on each line. A line that is none costs only itself. */
export async function* readJsonRows(pieces: AsyncIterable<TextPiece>): AsyncGenerator<Row> {
  let rest = "";
  let line = 1;
  let bytesRead = 0;
  /** The line is longer than `ROW_LIMIT`, and this is what was kept of it. */
  let cut: string | null = null;
  for await (const piece of pieces) {
    bytesRead = piece.bytesRead;
    const lines = (rest + piece.text).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) yield* oneLine(text);
    if (rest.length > ROW_LIMIT) {
      cut ??= rest.slice(0, EXCERPT_LIMIT);
      rest = "";
    }
  }
  yield* oneLine(rest);

  function* oneLine(text: string): Generator<Row> {
    const place = { line: line++, bytesRead };
    const long = cut ?? (text.length > ROW_LIMIT ? text.slice(0, EXCERPT_LIMIT) : null);
    cut = null;
    if (long !== null) {
      yield { ...place, fault: "This line is longer than a million characters.", text: long };
      return;
    }
    if (text.trim() === "") return;
    const cells = objectOf(text);
    if (cells) yield { ...place, cells };
    else
      yield {
        ...place,
        fault: "This line is not a JSON object.",
        text: text.slice(0, EXCERPT_LIMIT),
      };
  }
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return value as Record<string, unknown>;
  } catch {
    return null;
  }
}
