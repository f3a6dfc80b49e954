import {
  failureOf,
  testName,
  TESTS_LIMIT,
  type TestCase,
  type TestFailure,
  type TestReport,
} from "./test-report";

const LINE = /^( *)(not ok|ok)\b(?: +\d+)?(?: +-)?(?: +(.*))?$/;
const SUBTEST = /^( *)# Subtest: (.*)$/;
const SUBTEST_ANYWHERE = /^ *# Subtest: /m;
/** tap's, at the end of a result: it is another each time. */
const TIMING = /\s+# time=[\d.]+m?s\s*(?:\{)?$/;
const DIRECTIVE = /(?:^|[^\\])#\s*(SKIP|TODO)\b.*$/i;
const INDENT = 4;

type Yaml = Record<string, string>;

/** A test or suite whose results are being read. `asserted`: the failures of its assertions, which have no name of their own. */
type Frame = { name: string; tests: number; broken: boolean; asserted: TestFailure[] };

/** Words of tape's and tap's summaries, which are no names of tests. */
const SUMMARY =
  /^(?:tests?|pass|fail|ok|skip(?:ped)?|todo|time=|cancelled|duration_ms|suites|failed \d|\{)/;

/**
 * Reads TAP 13 and 14 with nested subtests and YAML blocks, as node:test, tap, ava, tape and mocha write it. Whatever else stands
 * between is passed over. A suite is no test of its own, unless it failed by itself; assertions inside a test belong to it, and
 * tape's belong to the comment above them. Null when the text holds no TAP. Never throws.
 */
export function parseTap(text: string): TestReport | null {
  if (!/^\s*TAP version 1[34]|^\s*\d+\.\.\d+/m.test(text)) return null;
  const lines = text.split(/\r?\n/);
  const tests: TestCase[] = [];
  const open: Frame[] = [];
  const flat = !SUBTEST_ANYWHERE.test(text);
  let group = "";
  for (let at = 0; at < lines.length && tests.length < TESTS_LIMIT; at++) {
    const subtest = SUBTEST.exec(lines[at]!);
    if (subtest) {
      open.length = Math.min(open.length, subtest[1]!.length / INDENT);
      open.push({ name: unescaped(subtest[2]!), tests: 0, broken: false, asserted: [] });
      continue;
    }
    if (flat && lines[at]!.startsWith("# ")) {
      const said = lines[at]!.slice(2).trim();
      if (!SUMMARY.test(said)) group = said;
      continue;
    }
    const result = LINE.exec(lines[at]!);
    if (!result) continue;
    const depth = Math.floor(result[1]!.length / INDENT);
    const { yaml, end } = readYaml(lines, at + 1);
    at = end;
    const said = (result[3] ?? "").replace(TIMING, "");
    const directive = DIRECTIVE.exec(said)?.[1]?.toUpperCase();
    const own = unescaped(said.replace(DIRECTIVE, "").trim());
    const failed = result[2] === "not ok" && directive === undefined;
    const frame = open.length > depth ? open[depth]! : null;
    open.length = Math.min(open.length, depth);
    const outer = open.at(-1);
    const failure = failed ? failureIn(yaml) : null;
    if (!frame && outer && yaml["type"] !== "test") {
      if (failure) outer.asserted.push(failure);
      continue;
    }
    if (isSuite(yaml, frame)) {
      // One whose tests have failed fails with them.
      const byItself = failed && !frame?.broken && yaml["failureType"] !== "subtestsFailed";
      if (!byItself) continue;
    }
    for (const one of open) {
      one.tests += 1;
      one.broken ||= failed;
    }
    const names = [
      ...open.map(({ name }) => name),
      ...(flat && group ? [group] : []),
      ...own.split(" › "),
    ];
    tests.push({
      name: testName(names),
      file: yaml["location"]?.replace(/:\d+:\d+$/, "") ?? fileAmong(names),
      status: directive ? "skipped" : failed ? "failed" : "passed",
      failure: failed ? (frame?.asserted[0] ?? failure) : null,
    });
  }
  return { format: "tap", tests };
}

function failureIn(yaml: Yaml): TestFailure {
  const { name, code, failureType, type, compare, diff, operator, assertion } = yaml;
  const asserted = compare || diff || assertion || (operator && !/^(?:error|fail)$/.test(operator));
  const marks = [
    name,
    code,
    failureType,
    type === "test" ? null : type,
    asserted ? "AssertionError" : null,
  ];
  const { error, message, expected, actual } = yaml;
  const compared = expected || actual ? `expected ${expected}, actual ${actual}` : "";
  return failureOf(marks, error || message || diff || compared);
}

/** tap's outermost subtests are files. */
function fileAmong(names: string[]): string | null {
  return names.length > 1 && /^\S+\.(?:[cm]?[jt]sx?|py)$/.test(names[0]!) ? names[0]! : null;
}

function isSuite(yaml: Yaml, frame: Frame | null): boolean {
  return (frame?.tests ?? 0) > 0 || yaml["type"] === "suite";
}

/** The block between `---` and `...` under a result: the first value of each key, since errors may hold errors. */
function readYaml(lines: string[], from: number): { yaml: Yaml; end: number } {
  const yaml: Yaml = {};
  const open = /^( *)---\s*$/.exec(lines[from] ?? "");
  if (!open) return { yaml, end: from - 1 };
  const indent = open[1]!;
  // ava and tape indent the keys once more.
  const inner = /^ */.exec(lines[from + 1] ?? "")![0];
  const keys = inner.startsWith(indent) ? inner : indent;
  for (let at = from + 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (line === `${indent}...`) return { yaml, end: at };
    const pair = line.startsWith(keys)
      ? /^([A-Za-z_]\w*):(?: +(.*))?$/.exec(line.slice(keys.length))
      : null;
    if (!pair) continue;
    const value = /^[|>][-+]?$/.test(pair[2] ?? "")
      ? blockOf(lines, at + 1, `${keys}  `)
      : unquoted(pair[2] ?? "");
    yaml[pair[1]!] ??= value;
  }
  return { yaml, end: lines.length };
}

function blockOf(lines: string[], from: number, indent: string): string {
  const block: string[] = [];
  for (let at = from; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.trim() !== "" && !line.startsWith(indent)) break;
    if (line.trim() === "..." && !line.startsWith(indent)) break;
    block.push(line.slice(indent.length));
  }
  return block.join("\n").trim();
}

function unquoted(value: string): string {
  const trimmed = value.trim();
  const quote = trimmed[0];
  if (trimmed.length < 2 || (quote !== "'" && quote !== '"') || !trimmed.endsWith(quote))
    return trimmed;
  const inner = trimmed.slice(1, -1);
  return quote === "'" ? inner.replaceAll("''", "'") : inner.replace(/\\(["\\])/g, "$1");
}

/** TAP escapes `#` and `\` in descriptions. */
function unescaped(text: string): string {
  return text.replace(/\\([#\\])/g, "$1");
}
