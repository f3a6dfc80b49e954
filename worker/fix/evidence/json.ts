import { z } from "zod";
import { failureOf, testName, TESTS_LIMIT, type TestCase, type TestReport } from "./test-report";

/** What `jest --json` and `vitest --reporter=json` write. */
const Jest = z.object({
  testResults: z.array(
    z.object({
      name: z.string().optional(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          title: z.string(),
          ancestorTitles: z.array(z.string()).default([]),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** One line of `go test -json` (cmd/test2json). */
const GoLine = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
});

/** Reads the JSON of jest, vitest and `go test -json`. Null when the text is neither. Never throws. */
export function parseJson(text: string): TestReport | null {
  const whole = Jest.safeParse(jsonOf(text.slice(Math.max(0, text.indexOf("{"))).trim()));
  const tests = whole.success ? jestCases(whole.data) : goCases(text);
  return tests && { format: "json", tests: tests.slice(0, TESTS_LIMIT) };
}

function jestCases(report: z.infer<typeof Jest>): TestCase[] {
  return report.testResults.flatMap(({ name, message, assertionResults }) => {
    const file = name ?? null;
    if (assertionResults.length === 0 && message) {
      const failure = failureOf([], message);
      return [{ name: testName([file ?? "file"]), file, status: "failed" as const, failure }];
    }
    return assertionResults.map((result) => ({
      name: testName([...result.ancestorTitles, result.title]),
      file,
      status: statusOf(result.status),
      failure:
        result.status === "failed"
          ? failureOf([], (result.failureMessages ?? []).join("\n"))
          : null,
    }));
  });
}

function statusOf(word: string): TestCase["status"] {
  if (word === "passed" || word === "pass") return "passed";
  return word === "failed" || word === "fail" ? "failed" : "skipped";
}

/** A test with subtests fails with them: only the innermost ones count. Go's `t.Error` is an assertion; a panic says so. */
function goCases(text: string): TestCase[] | null {
  const outputs = new Map<string, string>();
  const ended = new Map<string, { pack: string; test: string; status: TestCase["status"] }>();
  let read = 0;
  for (const raw of text.split("\n")) {
    const line = raw.startsWith("{") ? GoLine.safeParse(jsonOf(raw)).data : undefined;
    if (!line) continue;
    read += 1;
    if (!line.Test) continue;
    const key = `${line.Package} ${line.Test}`;
    if (line.Output) outputs.set(key, ((outputs.get(key) ?? "") + line.Output).slice(0, 4_000));
    if (["pass", "fail", "skip"].includes(line.Action)) {
      ended.set(key, { pack: line.Package ?? "", test: line.Test, status: statusOf(line.Action) });
    }
  }
  if (read === 0) return null;
  return [...ended].flatMap(([key, { pack, test, status }]) => {
    if ([...ended.keys()].some((other) => other.startsWith(`${key}/`))) return [];
    const name = testName([pack, ...test.split("/")]);
    return [
      {
        name,
        file: null,
        status,
        failure: status === "failed" ? goFailure(outputs.get(key) ?? "") : null,
      },
    ];
  });
}

function goFailure(output: string) {
  const panic = /panic: (.*)/.exec(output)?.[1];
  if (panic) return failureOf(["panic"], panic);
  const said = output.replace(/^\s*(?:===|---).*$/gm, "").trim();
  return failureOf(["AssertionError"], said);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
