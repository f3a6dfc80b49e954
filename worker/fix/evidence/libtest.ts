import { failureOf, testName, TESTS_LIMIT, type TestCase, type TestReport } from "./test-report";

const TARGET = /^\s*(?:Running (?:unittests )?(\S+)|Doc-tests (\S+))/;
const RESULT = /^test (.+?) \.\.\. (ok|FAILED|ignored)\b/;
const SAID = /^---- (.+) stdout ----$/;

/**
 * Reads what `cargo test` prints, which has no report that stable Rust could write: results in lines, failures below them. Null when
 * there is none. Never throws.
 */
export function parseLibtest(text: string): TestReport | null {
  const tests: TestCase[] = [];
  let target = "";
  let first = 0;
  let said: { test: TestCase; lines: string[] } | null = null;
  const settle = () => {
    if (said) said.test.failure = rustFailure(said.lines.join("\n"));
    said = null;
  };
  for (const line of text.split(/\r?\n/)) {
    if (tests.length >= TESTS_LIMIT) break;
    const begins = TARGET.exec(line);
    const result = RESULT.exec(line);
    const speaks = SAID.exec(line);
    if (begins || result || speaks || line === "failures:") settle();
    if (begins) {
      target = begins[1] ?? begins[2]!;
      first = tests.length;
    } else if (result) {
      const status = result[2] === "ok" ? "passed" : result[2] === "FAILED" ? "failed" : "skipped";
      const failure = status === "failed" ? failureOf([], "") : null;
      const file = target.startsWith("tests/") ? target : null;
      const name = testName([target, result[1]!.replace(/ - should panic$/, "")]);
      tests.push({ name, file, status, failure });
    } else if (speaks) {
      const name = testName([target, speaks[1]!]);
      const test = tests.slice(first).find((one) => one.name === name && one.status === "failed");
      said = test ? { test, lines: [] } : null;
    } else said?.lines.push(line);
  }
  settle();
  return tests.length > 0 ? { format: "text", tests } : null;
}

/** `panicked at 'message', src/lib.rs:1:2` until Rust 1.72, `panicked at src/lib.rs:1:2:` and the message below it from then on. */
function rustFailure(said: string) {
  const old = /panicked at '([\s\S]*)', \S+:\d+:\d+/.exec(said)?.[1];
  const message =
    old ?? /panicked at \S+:\d+:\d+:\n([\s\S]*?)(?:\nnote: |$)/.exec(said)?.[1] ?? said;
  return failureOf([/^assertion\b/.test(message) ? "AssertionError" : "panic"], message);
}
