import { parseJson } from "./json";
import { parseJunit } from "./junit";
import { parseLibtest } from "./libtest";
import { parseTap } from "./tap";
import type { ReportPlace } from "./test-command";
import { testName, TESTS_LIMIT, type TestCase, type TestReport } from "./test-report";

/**
 * Reads what a test command wrote: JUnit, TAP or JSON, whichever it is. Null when no adapter finds a test: then the exit code
 * alone is known, and that is weak evidence.
 */
export function readReport(text: string): TestReport | null {
  for (const parse of [parseJunit, parseTap, parseJson, parseLibtest]) {
    const report = parse(text);
    if (report && report.tests.length > 0) return report;
  }
  return null;
}

/**
 * Several reports as one. Where tests of more than one folder were run, names and files begin with the folder. What was printed
 * counts only where no runner has written a file for that folder. Null when there is none.
 */
export function joinReports(
  found: { place: ReportPlace; report: TestReport }[],
): TestReport | null {
  const written = new Set(
    found.filter(({ place }) => !place.printed).map(({ place }) => place.folder),
  );
  const counted = found.filter(({ place }) => !place.printed || !written.has(place.folder));
  const [first] = counted;
  if (!first) return null;
  const tests = counted.flatMap(({ place, report }) =>
    place.folder === "" ? report.tests : report.tests.map((test) => inFolder(place.folder, test)),
  );
  return { format: first.report.format, tests: tests.slice(0, TESTS_LIMIT) };
}

function inFolder(folder: string, test: TestCase): TestCase {
  const file =
    test.file === null || test.file.startsWith("/") ? test.file : `${folder}/${test.file}`;
  return { ...test, name: testName([folder, test.name]), file };
}
