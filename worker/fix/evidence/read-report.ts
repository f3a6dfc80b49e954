import { parseJson } from "./json";
import { parseJunit } from "./junit";
import { parseTap } from "./tap";
import type { TestReport } from "./test-report";

/**
 * Reads what a test command wrote: JUnit, TAP or JSON, whichever it is. Null when no adapter finds a test: then the exit code
 * alone is known, and that is weak evidence.
 */
export function readReport(text: string): TestReport | null {
  for (const parse of [parseJunit, parseTap, parseJson]) {
    const report = parse(text);
    if (report && report.tests.length > 0) return report;
  }
  return null;
}
