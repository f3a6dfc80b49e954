/** Why a test failed, as far as its report tells. Only `assertion`, or the cluster's own error, can prove anything. */
export type FailureKind = "assertion" | "import" | "syntax" | "timeout" | "error";

export type TestFailure = {
  kind: FailureKind;
  /** The error's class without its package, for example `TypeError`; null when the report does not tell. */
  type: string | null;
  message: string;
};

/** One test. `name` holds its suites too, joined by ` > `; `file` is null where the report does not tell. */
export type TestCase = {
  name: string;
  file: string | null;
  status: "passed" | "failed" | "skipped";
  failure: TestFailure | null;
};

/** What one run of a test command reported, test by test. `null` stands for "no report that we can read". */
export type TestReport = { format: "tap" | "junit" | "json" | "text"; tests: TestCase[] };

/** More than this is not a test suite but an attack; the rest is not read. */
export const TESTS_LIMIT = 20_000;
const MESSAGE_LIMIT = 500;
const NAME_LIMIT = 300;

const ASSERTIONS =
  /^(?:AssertionError|AssertionFailedError|ComparisonFailure|ERR_ASSERTION|JestAssertionError|AssertionErrorImpl|ExpectationFailedException|ExpectationNotMetError)$/;
const IMPORTS =
  /^(?:ModuleNotFoundError|ImportError|ClassNotFoundException|NoClassDefFoundError|LoadError|ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|ERR_UNSUPPORTED_DIR_IMPORT|ERR_PACKAGE_PATH_NOT_EXPORTED)$/;
const SYNTAXES = /^(?:SyntaxError|IndentationError|TabError|ParseError|CompilationError)$/;
const TIMEOUTS = /^(?:TimeoutError|TimeoutException|testTimeoutFailure|TestTimedOutException)$/;

const SLOW =
  /\btimed? ?out (?:after|in|of)\b|\bExceeded timeout of\b|^(?:Error: )?Timeout of \d|^Failed: Timeout\b/i;
const ASSERTED =
  /^(?:assert\b|expect[(.]|expected\b|expecting\b|Failed: DID NOT (?:RAISE|WARN)|Failed asserting\b|Snapshot `)/i;
/** Terminal colours (ECMA-48 select graphic rendition). */
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[\d;]*m/g;

/**
 * Sorts a failure by its class, its code and, where a report has neither, by its words. `marks` are all names that the
 * report gives: error class, code, kind of failure.
 */
export function failureOf(marks: (string | null | undefined)[], text: string): TestFailure {
  const names = marks.flatMap((mark) => (mark ? [shortName(mark)] : []));
  const message = oneLine(text.replace(COLOUR, ""));
  const spoken = /^(?:Uncaught )?([A-Z]\w*(?:Error|Exception|Failure))\b/.exec(message)?.[1];
  if (spoken) names.push(spoken);
  const type = names.find((name) => /^[A-Z]\w*$/.test(name) && !name.startsWith("ERR_")) ?? null;
  return { kind: kindOf(names, message), type, message: message.slice(0, MESSAGE_LIMIT) };
}

/** What follows is how the runner names a file that could not be loaded, and jest its own errors. */
const PREFIX = /^(?:Error: |Test suite failed to run )*(?:Error: )?/;

function kindOf(names: string[], message: string): FailureKind {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const said = message.replace(PREFIX, "");
  if (has(TIMEOUTS) || SLOW.test(message)) return "timeout";
  if (has(IMPORTS) || /^Cannot find (?:module|package) ['"]/.test(said)) return "import";
  // What cannot be parsed at run time is data: JSON.parse throws the same class.
  if (has(SYNTAXES) && !/\bJSON\b/.test(message)) return "syntax";
  if (has(ASSERTIONS) || ASSERTED.test(said)) return "assertion";
  return "error";
}

/** `java.lang.NullPointerException` → `NullPointerException`. */
export function shortName(type: string): string {
  return type.slice(Math.max(type.lastIndexOf("."), type.lastIndexOf("\\")) + 1).trim();
}

export function testName(parts: string[]): string {
  return parts.map(oneLine).filter(Boolean).join(" > ").slice(0, NAME_LIMIT);
}

function oneLine(text: string): string {
  return text
    .slice(0, MESSAGE_LIMIT * 4)
    .replace(/\s+/g, " ")
    .trim();
}
