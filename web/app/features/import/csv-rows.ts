import Papa from "papaparse";
import { UnreadableFile, type TextPiece } from "./decode";
import { EXCERPT_LIMIT, ROW_LIMIT, type Row } from "./row";

/** After so many open quotes in one file, it is not a file of this kind. */
const OPEN_QUOTES_LIMIT = 100;

type Read = { line: number; cells: string[] } | { line: number; fault: string; text: string };

/**
 * The rows of a CSV file (RFC 4180, with any of the usual delimiters), the first of which names the columns. An open quote
 * costs its own line and no more; so does a row of more than `ROW_LIMIT`. Throws `UnreadableFile` when nearly everything
 * is broken.
 */
export async function* readCsvRows(pieces: AsyncIterable<TextPiece>): AsyncGenerator<Row> {
  let names: string[] | null = null;
  let reader: CsvReader | null = null;
  let bytesRead = 0;
  for await (const piece of pieces) {
    bytesRead = piece.bytesRead;
    reader ??= new CsvReader(delimiterOf(piece.text));
    for (const read of reader.push(piece.text)) yield* named(read);
  }
  for (const read of reader?.end() ?? []) yield* named(read);

  function* named(read: Read): Generator<Row> {
    const { line } = read;
    if ("fault" in read) yield { ...read, bytesRead };
    else if (read.cells.every((cell) => cell.trim() === "")) return;
    else if (names === null) names = columnNames(read.cells);
    else yield { line, bytesRead, cells: cellsOf(names, read.cells) };
  }
}

/** Names of columns that are all different: the empty ones get a number, and so do repeated ones. */
export function columnNames(header: string[]): string[] {
  const taken = new Set<string>();
  return header.map((cell, at) => {
    const name = cell.trim().slice(0, EXCERPT_LIMIT) || `Column ${at + 1}`;
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name} (${n})`;
    taken.add(unique);
    return unique;
  });
}

function cellsOf(names: string[], cells: string[]): Record<string, unknown> {
  return Object.fromEntries(cells.map((cell, at) => [names[at] ?? `Column ${at + 1}`, cell]));
}

const DELIMITERS = [",", ";", "\t", "|"];

/** The mark that parts the first row into the most columns. Later rows do not vote: they may have decimal commas. */
function delimiterOf(text: string): string {
  const sample = text.trimStart().slice(0, 64 * 1024);
  const widths = DELIMITERS.map((delimiter) => {
    const { data } = Papa.parse<string[]>(sample, { delimiter, newline: "\n", preview: 1 });
    return data[0]?.length ?? 0;
  });
  return DELIMITERS[widths.indexOf(Math.max(...widths))] ?? ",";
}

/** Papa Parse's own parser, fed piece by piece; it keeps what has not ended yet, and counts lines. */
class CsvReader {
  #rest = "";
  #line = 1;
  #openQuotes = 0;
  /** Whether a line was given up whose end has not come yet. */
  #skipping = false;
  readonly #delimiter: string;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  *push(text: string): Generator<Read> {
    this.#rest += text;
    this.#skip();
    yield* this.#parse(false);
    while (this.#rest.length > ROW_LIMIT) {
      yield this.#giveUpLine();
      yield* this.#parse(false);
    }
  }

  *end(): Generator<Read> {
    yield* this.#parse(true);
    while (this.#rest !== "") {
      yield this.#giveUpLine();
      yield* this.#parse(true);
    }
  }

  /** All rows that have ended. At the end of the file the last one has, unless a quote is open in it. */
  #parse(atEnd: boolean): Read[] {
    const rows: Read[] = [];
    let from = 0;
    const parser = new Papa.Parser({
      delimiter: this.#delimiter,
      newline: "\n",
      step: ({ data, errors, meta }: Papa.ParseStepResult<string[][]>) => {
        if (errors.some(({ code }) => code === "MissingQuotes")) return;
        const line = this.#line;
        const isLong = meta.cursor - from > ROW_LIMIT;
        if (isLong) rows.push({ line, fault: TOO_LONG, text: this.#excerpt(from) });
        else rows.push({ line, cells: data[0] ?? [] });
        this.#line += newlinesIn(this.#rest, from, meta.cursor);
        from = meta.cursor;
      },
    });
    parser.parse(this.#rest, 0, !atEnd);
    this.#rest = this.#rest.slice(from);
    return rows;
  }

  /** Leaves out the line with which an endless row begins, and goes on behind it. */
  #giveUpLine(): Read {
    const read = { line: this.#line, fault: TOO_LONG, text: this.#excerpt(0) };
    const end = this.#rest.indexOf("\n");
    if ((end < 0 ? this.#rest.length : end) <= ROW_LIMIT) read.fault = OPEN_QUOTE;
    if (read.fault === OPEN_QUOTE && ++this.#openQuotes > OPEN_QUOTES_LIMIT) {
      throw new UnreadableFile(
        `More than ${OPEN_QUOTES_LIMIT} quotation marks are never closed. Is this file CSV?`,
      );
    }
    this.#skipping = true;
    this.#skip();
    return read;
  }

  #skip(): void {
    if (!this.#skipping) return;
    const end = this.#rest.indexOf("\n");
    this.#rest = end < 0 ? "" : this.#rest.slice(end + 1);
    if (end < 0) return;
    this.#skipping = false;
    this.#line++;
  }

  #excerpt(from: number): string {
    return this.#rest.slice(from, from + EXCERPT_LIMIT).split("\n", 1)[0] ?? "";
  }
}

const TOO_LONG = "This row is longer than a million characters.";
const OPEN_QUOTE = "A quotation mark is opened here and not closed.";

function newlinesIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) {
    count++;
  }
  return count;
}
