import { toItem, type ImportItem, type Mapping } from "./mapping";
import type { Row } from "./row";

/** Reports that go to the API together. */
export type Batch = {
  items: ImportItem[];
  /** The line of each item, and how it begins: what a refusal is told with. */
  places: Place[];
  /** Rows that could not be read, so that they are not sent. */
  faults: Refused[];
  bytesRead: number;
};

export type Place = { line: number; text: string };
/** A line that is no report, and why. */
export type Refused = Place & { reason: string };

export const BATCH_ITEMS = 500;
/** In UTF-16 units of JSON: at three bytes each it stays below what the API takes at once. */
export const BATCH_SIZE = 2 * 1024 * 1024;

const EXCERPT_LIMIT = 200;

/** Groups rows into batches of at most 500 items, and of at most two million characters unless a single row has more. */
export async function* batchesOf(
  rows: AsyncIterable<Row>,
  mapping: Mapping,
): AsyncGenerator<Batch> {
  let batch = emptyBatch();
  let size = 0;
  for await (const row of rows) {
    if ("fault" in row) {
      batch.faults.push({ line: row.line, reason: row.fault, text: row.text });
    } else {
      const item = toItem(row.cells, mapping);
      const itemSize = JSON.stringify(item).length;
      if (batch.items.length > 0 && size + itemSize > BATCH_SIZE) {
        yield batch;
        batch = emptyBatch();
        size = 0;
      }
      batch.items.push(item);
      batch.places.push({ line: row.line, text: excerptOf(item) });
      size += itemSize;
    }
    batch.bytesRead = row.bytesRead;
    if (batch.items.length === BATCH_ITEMS || batch.faults.length === BATCH_ITEMS) {
      yield batch;
      batch = emptyBatch();
      size = 0;
    }
  }
  if (batch.items.length + batch.faults.length > 0) yield batch;
}

function emptyBatch(): Batch {
  return { items: [], places: [], faults: [], bytesRead: 0 };
}

function excerptOf({ title, body, external_id }: ImportItem): string {
  const told = title ?? body ?? external_id ?? "";
  return (typeof told === "string" ? told : JSON.stringify(told)).slice(0, EXCERPT_LIMIT);
}
