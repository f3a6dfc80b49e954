import Papa from "papaparse";
import type { Refused } from "./batches";

/**
 * Refused lines as CSV, with a byte order mark so that spreadsheets read it as UTF-8. The texts are strangers': a cell that a
 * spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV injection).
 */
export function refusedCsv(refused: Refused[]): string {
  const rows = refused.map(({ line, reason, text }) => ({ line, reason, text }));
  return `\uFEFF${Papa.unparse(rows, {
    columns: ["line", "reason", "text"],
    escapeFormulae: /^\s*[=+\-@\t\r|%＝＋－＠]/,
    newline: "\r\n",
  })}`;
}
