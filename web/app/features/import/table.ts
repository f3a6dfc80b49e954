import { readCsvRows } from "./csv-rows";
import { readText, UnreadableFile } from "./decode";
import { readJsonRows } from "./json-rows";
import type { Row } from "./row";

/** What the rows of a file are called to a person. */
export const FORMAT_NAMES = { csv: "CSV", jsonl: "JSON Lines" } as const;
export type Format = keyof typeof FORMAT_NAMES;

/** The beginning of a file: how it is written, its columns, and its first rows. */
export type Preview = { format: Format; columns: string[]; rows: Row[] };

const PREVIEW_ROWS = 8;
/** Columns of JSON Lines are known only by looking: so many rows are looked at. */
const SAMPLE_ROWS = 200;
const COLUMNS_LIMIT = 200;

/** The rows of a file, read as they are asked for. JSON Lines begin with `{`; all else is CSV. */
export async function* readRows(file: Blob): AsyncGenerator<Row> {
  const read = (await formatOf(file)) === "jsonl" ? readJsonRows : readCsvRows;
  yield* read(readText(file));
}

/** Reads the beginning of a file. Throws `UnreadableFile` when there is nothing in it to import. */
export async function previewOf(file: File): Promise<Preview> {
  const format = await formatOf(file);
  const sample: Row[] = [];
  for await (const row of readRows(file)) {
    sample.push(row);
    if (sample.length === SAMPLE_ROWS) break;
  }
  const columns = new Set<string>();
  for (const row of sample) {
    if ("cells" in row) for (const name of Object.keys(row.cells)) columns.add(name);
  }
  if (columns.size === 0) {
    throw new UnreadableFile(
      format === "csv"
        ? "There are no rows in this file. The first row names the columns, and the reports follow."
        : "There is no JSON object in this file: one is expected on each line.",
    );
  }
  return {
    format,
    columns: [...columns].slice(0, COLUMNS_LIMIT),
    rows: sample.slice(0, PREVIEW_ROWS),
  };
}

async function formatOf(file: Blob): Promise<Format> {
  for await (const { text } of readText(file)) {
    const start = text.trimStart();
    if (start.startsWith("{")) return "jsonl";
    if (/^\[\s*(?:\{|$)/.test(start)) {
      throw new UnreadableFile(
        "This is one JSON list. Write each of its objects on a line of its own.",
      );
    }
    if (start !== "") return "csv";
  }
  return "csv";
}
