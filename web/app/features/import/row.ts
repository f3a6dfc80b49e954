/**
 * One row of a file. `line` is where it begins, counted from 1. A row that cannot be read has a `fault` in its stead, and the
 * beginning of what stands there.
 */
export type Row = { line: number; bytesRead: number } & (
  | { cells: Record<string, unknown> }
  | { fault: string; text: string }
);

/** What is read of one row, in UTF-16 units: more is no report, and an open quote would swallow the whole file. */
export const ROW_LIMIT = 1024 * 1024;

/** So much of a row that cannot be read is kept, to be found again. */
export const EXCERPT_LIMIT = 200;
