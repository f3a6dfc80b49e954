import { failureOf, testName, TESTS_LIMIT, type TestCase, type TestReport } from "./test-report";

const LINE = /^( *)(not ok|ok)\b(?: +\d+)?(?: +-)?(?: +(.*))?$/;
const SUBTEST = /^( *)# Subtest: (.*)$/;
const DIRECTIVE = /(?:^|[^\\])#\s*(SKIP|TODO)\b.*$/i;
const INDENT = 4;

type Yaml = Record<string, string>;

/**
 * Reads TAP 13 and 14 with nested subtests and YAML blocks, as node:test, tap and mocha write it. Whatever else stands between
 * is passed over. A suite is no test of its own, unless it failed by itself. Null when the text holds no TAP. Never throws.
 */
export function parseTap(text: string): TestReport | null {
  if (!/^\s*TAP version 1[34]|^\s*\d+\.\.\d+/m.test(text)) return null;
  const lines = text.split(/\r?\n/);
  const tests: TestCase[] = [];
  const path: string[] = [];
  /** How many results each depth has seen since its subtest began. */
  const children: number[] = [];
  for (let at = 0; at < lines.length && tests.length < TESTS_LIMIT; at++) {
    const subtest = SUBTEST.exec(lines[at]!);
    if (subtest) {
      const depth = subtest[1]!.length / INDENT;
      path[depth] = unescaped(subtest[2]!);
      children[depth + 1] = 0;
      continue;
    }
    const result = LINE.exec(lines[at]!);
    if (!result) continue;
    const depth = Math.floor(result[1]!.length / INDENT);
    const { yaml, end } = readYaml(lines, at + 1);
    at = end;
    const inner = children[depth + 1] ?? 0;
    children[depth] = (children[depth] ?? 0) + 1;
    children[depth + 1] = 0;
    const said = result[3] ?? "";
    const directive = DIRECTIVE.exec(said)?.[1]?.toUpperCase();
    const own = unescaped(said.replace(DIRECTIVE, "").trim());
    const failed = result[2] === "not ok" && directive === undefined;
    if (isSuite(yaml, inner) && (!failed || yaml["failureType"] === "subtestsFailed")) continue;
    tests.push({
      name: testName([...path.slice(0, depth), own]),
      file: yaml["location"]?.replace(/:\d+:\d+$/, "") ?? null,
      status: directive ? "skipped" : failed ? "failed" : "passed",
      failure: failed
        ? failureOf(
            [yaml["name"], yaml["code"], yaml["failureType"]],
            yaml["error"] ?? yaml["message"] ?? "",
          )
        : null,
    });
  }
  return { format: "tap", tests };
}

function isSuite(yaml: Yaml, inner: number): boolean {
  return inner > 0 || yaml["type"] === "suite";
}

/** The block between `---` and `...` under a result: the first value of each key, since errors may hold errors. */
function readYaml(lines: string[], from: number): { yaml: Yaml; end: number } {
  const yaml: Yaml = {};
  const open = /^( *)---\s*$/.exec(lines[from] ?? "");
  if (!open) return { yaml, end: from - 1 };
  const indent = open[1]!;
  for (let at = from + 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (line === `${indent}...`) return { yaml, end: at };
    const pair = line.startsWith(indent)
      ? /^([A-Za-z_]\w*):(?: (.*))?$/.exec(line.slice(indent.length))
      : null;
    if (!pair) continue;
    const value = /^[|>][-+]?$/.test(pair[2] ?? "")
      ? blockOf(lines, at + 1, `${indent}  `)
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
