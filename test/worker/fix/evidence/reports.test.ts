import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../../../../worker/fix/evidence/json";
import { parseJunit } from "../../../../worker/fix/evidence/junit";
import { joinReports, readReport } from "../../../../worker/fix/evidence/read-report";
import { parseTap } from "../../../../worker/fix/evidence/tap";
import { failureOf } from "../../../../worker/fix/evidence/test-report";

/** As node 20 writes it, with a suite, a skipped test, a time limit, and a file that could not be loaded. */
const TAP = `
> @acme/orders@2.4.1 test
> node --test

TAP version 13
# Subtest: is fine
ok 1 - is fine
  ---
  duration_ms: 1.3
  ...
# not ok 7 - printed by the code under test
# Subtest: survives
not ok 2 - survives
  ---
  duration_ms: 1.4
  location: '/home/user/repo/test/x.test.js:4:1'
  failureType: 'testCodeFailure'
  error: |-
    Got unwanted exception.
    Actual message: "Cannot read properties of undefined (reading 'country')"
  code: 'ERR_ASSERTION'
  name: 'AssertionError'
  actual:
  error: "Cannot read properties of undefined (reading 'country')"
  name: 'TypeError'
  stack: |-
    not ok 9 - a stack that lies
  ...
# Subtest: suite
    # Subtest: throws \\# here
    not ok 1 - throws \\# here
      ---
      location: '/home/user/repo/test/x.test.js:5:31'
      failureType: 'testCodeFailure'
      error: "Cannot read properties of undefined (reading 'percent')"
      code: 'ERR_TEST_FAILURE'
      name: 'TypeError'
      ...
    # Subtest: later
    ok 2 - later # SKIP
      ---
      duration_ms: 0.1
      ...
    1..2
not ok 3 - suite
  ---
  type: 'suite'
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  ...
not ok 4 - late
  ---
  failureType: 'testTimeoutFailure'
  error: 'test timed out after 50ms'
  code: 'ERR_TEST_FAILURE'
  ...
not ok 5 - /home/user/repo/test/imp.test.js
  ---
  location: '/home/user/repo/test/imp.test.js:1:1'
  failureType: 'testCodeFailure'
  error: 'test failed'
  code: 'ERR_TEST_FAILURE'
  ...
1..5
`;

const brief = (report: ReturnType<typeof readReport>) =>
  report?.tests.map((test) => [test.name, test.status, test.failure?.kind, test.failure?.type]);

describe("TAP", () => {
  it("is read test by test, with suites as part of the name", () => {
    expect(brief(parseTap(TAP))).toEqual([
      ["is fine", "passed", undefined, undefined],
      ["survives", "failed", "assertion", "AssertionError"],
      ["suite > throws # here", "failed", "error", "TypeError"],
      ["suite > later", "skipped", undefined, undefined],
      ["late", "failed", "timeout", null],
      ["/home/user/repo/test/imp.test.js", "failed", "error", null],
    ]);
  });

  it("tells the file of a failure and what was said", () => {
    const survives = parseTap(TAP)!.tests[1]!;
    expect(survives.file).toBe("/home/user/repo/test/x.test.js");
    expect(survives.failure!.message).toContain("reading 'country'");
  });
});

describe("JUnit", () => {
  const XML = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<testsuites><testsuite name="s">
<testcase classname="tests.test_a" name="test_ok" time="0.1"/>
<testcase classname="tests.test_a" file="tests/test_a.py" name="test_bad"><failure message="assert 1 == 2">def test_bad():
&gt; assert 1 == 2</failure></testcase>
<testcase classname="tests.test_a" name="test_raises"><failure type="builtins.KeyError" message="KeyError: &apos;x&apos; &#65;"/></testcase>
<testcase classname="tests.test_a" name="collect"><error message="ModuleNotFoundError: No module named 'y'"><![CDATA[<testcase name="fake"/>]]></error></testcase>
<testcase classname="tests.test_a" name="later"><skipped message="no"/></testcase>
<testcase classname="a.B" name="java"><failure type="java.lang.NullPointerException">at a.B</failure></testcase>
</testsuite></testsuites>`;

  it("is read case by case, and declares no entity", () => {
    expect(brief(parseJunit(XML))).toEqual([
      ["tests.test_a > test_ok", "passed", undefined, undefined],
      ["tests.test_a > test_bad", "failed", "assertion", null],
      ["tests.test_a > test_raises", "failed", "error", "KeyError"],
      ["tests.test_a > collect", "failed", "import", "ModuleNotFoundError"],
      ["tests.test_a > later", "skipped", undefined, undefined],
      ["a.B > java", "failed", "error", "NullPointerException"],
    ]);
    expect(parseJunit(XML)!.tests[1]!.file).toBe("tests/test_a.py");
    expect(parseJunit(XML)!.tests[2]!.failure!.message).toContain("'x' A");
  });
});

describe("JSON", () => {
  it("of jest and vitest is read", () => {
    const report = {
      numTotalTests: 2,
      testResults: [
        {
          name: "/repo/a.test.ts",
          assertionResults: [
            { title: "adds", ancestorTitles: ["sum"], status: "passed", failureMessages: [] },
            {
              title: "fails",
              ancestorTitles: [],
              status: "failed",
              failureMessages: [
                "TypeError: Cannot read properties of undefined (reading 'a')\n at x",
              ],
            },
          ],
        },
        { name: "/repo/b.test.ts", message: "SyntaxError: Unexpected token", assertionResults: [] },
      ],
    };
    expect(brief(parseJson(`noise\n${JSON.stringify(report)}`))).toEqual([
      ["sum > adds", "passed", undefined, undefined],
      ["fails", "failed", "error", "TypeError"],
      ["/repo/b.test.ts", "failed", "syntax", "SyntaxError"],
    ]);
  });

  it("of go test is read, with the innermost tests only", () => {
    const lines = [
      { Action: "run", Package: "acme/shop", Test: "TestA" },
      {
        Action: "output",
        Package: "acme/shop",
        Test: "TestA/one",
        Output: "    a_test.go:3: got 1\n",
      },
      { Action: "fail", Package: "acme/shop", Test: "TestA/one" },
      { Action: "fail", Package: "acme/shop", Test: "TestA" },
      {
        Action: "output",
        Package: "acme/shop",
        Test: "TestB",
        Output: "panic: runtime error: index out of range\n",
      },
      { Action: "fail", Package: "acme/shop", Test: "TestB" },
      { Action: "pass", Package: "acme/shop", Test: "TestC" },
    ];
    expect(brief(parseJson(lines.map((line) => JSON.stringify(line)).join("\n")))).toEqual([
      ["acme/shop > TestA > one", "failed", "assertion", "AssertionError"],
      ["acme/shop > TestB", "failed", "error", "Error"],
      ["acme/shop > TestC", "passed", undefined, undefined],
    ]);
  });
});

describe("any report", () => {
  it("is found by what it looks like, and plain output is none", () => {
    expect(readReport(TAP)?.format).toBe("tap");
    expect(readReport("all 3 tests passed\n")).toBeNull();
    expect(readReport("")).toBeNull();
    expect(readReport("1..0\n")).toBeNull();
  });

  it("never throws and never hangs, whatever the code under test prints", () => {
    const piece = fc.constantFrom(
      ..."<>&;{}[]\"'#\\ \n-",
      "TAP version 13\n",
      "not ok 1 - a\n",
      "  ---\n",
      "  ...\n",
      "    # Subtest: b\n",
      "<testsuite>",
      '<testcase name="c">',
      "<failure ",
      "<![CDATA[",
      '{"Action":"fail"}',
      "&#x10ffff;",
      "1..2\n",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const report = readReport(pieces.join(""));
        for (const test of report?.tests ?? []) {
          expect(test.failure === null).toBe(test.status !== "failed");
        }
      }),
    );
  });
});

describe("what other runners write", () => {
  it("ava: one more indentation, and the file before the name", () => {
    const text =
      "TAP version 13\nnot ok 1 - new › works\n  ---\n    name: AssertionError\n    assertion: t.is()\n    message: ''\n    at: >-\n      ExecutionContext.is\n  ...\nok 2 - old › works\n1..2\n";
    expect(brief(parseTap(text))).toEqual([
      ["new > works", "failed", "assertion", "AssertionError"],
      ["old > works", "passed", undefined, undefined],
    ]);
  });

  it("tape: assertions under the comment that names their test", () => {
    const text =
      "TAP version 13\n# adds\nok 1 should be equal\nnot ok 2 should be equal\n  ---\n    operator: equal\n    expected: 6\n    actual:   2\n  ...\n\n1..2\n# tests 2\n# pass  1\n# fail  1\n";
    expect(brief(parseTap(text))).toEqual([
      ["adds > should be equal", "passed", undefined, undefined],
      ["adds > should be equal", "failed", "assertion", "AssertionError"],
    ]);
    expect(parseTap(text)?.tests[1]?.failure?.message).toBe("expected 6, actual 2");
  });

  it("tap: assertions belong to their test, times are no part of a name, files are the outermost", () => {
    const text =
      "TAP version 14\n# Subtest: test/a.js\n    # Subtest: adds\n        not ok 1 - should be equal\n          ---\n          compare: ===\n          ...\n        1..1\n    not ok 1 - adds # time=3.1ms\n    # Subtest: throws\n        not ok 1 - boom\n          ---\n          type: TypeError\n          ...\n        1..1\n    not ok 2 - throws # time=1ms\n    1..2\nnot ok 1 - test/a.js # time=99ms\n1..1\n";
    expect(brief(parseTap(text))).toEqual([
      ["test/a.js > adds", "failed", "assertion", "AssertionError"],
      ["test/a.js > throws", "failed", "error", "TypeError"],
    ]);
    expect(parseTap(text)?.tests[0]?.file).toBe("test/a.js");
  });

  it("cargo test: results in lines, and what was said below them, of old and new Rust", () => {
    const text =
      "     Running unittests src/lib.rs (target/debug/deps/a-1)\n\nrunning 3 tests\ntest tests::adds ... ok\ntest tests::later ... ignored\ntest tests::fails ... FAILED\n\nfailures:\n\n---- tests::fails stdout ----\nthread 'tests::fails' panicked at 'assertion failed: `(left == right)`\n  left: `2`,\n right: `3`', src/lib.rs:9:5\n\n\nfailures:\n    tests::fails\n\n     Running tests/it.rs (target/debug/deps/it-1)\n\nrunning 1 test\ntest panics ... FAILED\n\nfailures:\n\n---- panics stdout ----\n\nthread 'panics' panicked at tests/it.rs:3:5:\nindex out of bounds: the len is 0\nnote: run with `RUST_BACKTRACE=1`\n";
    expect(brief(readReport(text))).toEqual([
      ["src/lib.rs > tests::adds", "passed", undefined, undefined],
      ["src/lib.rs > tests::later", "skipped", undefined, undefined],
      ["src/lib.rs > tests::fails", "failed", "assertion", "AssertionError"],
      ["tests/it.rs > panics", "failed", "error", null],
    ]);
    expect(readReport(text)?.tests[3]).toMatchObject({
      file: "tests/it.rs",
      failure: { message: "index out of bounds: the len is 0" },
    });
  });

  it.each([
    ["Error: expect(received).toBe(expected)", "assertion"],
    ["\u001b[2mexpect(\u001b[22mreceived).toBe(1)", "assertion"],
    ["assert 3 == 4", "assertion"],
    ["Failed: DID NOT RAISE <class 'ValueError'>", "assertion"],
    ["Failed asserting that 2 is identical to 6.", "assertion"],
    ["Error: thrown: Exceeded timeout of 5000 ms for a test.", "timeout"],
    ["Error: Timeout of 2000ms exceeded. For async tests …", "timeout"],
    ["Failed: Timeout >5.0s", "timeout"],
    ["Test suite failed to run Cannot find module './x' from 'a.test.js'", "import"],
    ["SyntaxError: Unexpected identifier", "syntax"],
    ["SyntaxError: Unexpected token < in JSON at position 0", "error"],
    ["ModuleNotFoundError: No module named 'x'", "import"],
    ["TypeError: x is undefined", "error"],
  ])("fails for the right kind of reason: %s", (message, kind) => {
    expect(failureOf([], message).kind).toBe(kind);
  });

  it("reports of several folders are one, and what was printed counts only where nothing was written", () => {
    const report = (name: string) => ({
      format: "tap" as const,
      tests: [{ name, file: "test/a.js", status: "passed" as const, failure: null }],
    });
    const place = (folder: string, printed: boolean) => ({ path: "", folder, printed });
    const joined = joinReports([
      { place: place("a", false), report: report("one") },
      { place: place("a", true), report: report("a lie") },
      { place: place("b", true), report: report("two") },
    ]);
    expect(joined?.tests.map(({ name, file }) => [name, file])).toEqual([
      ["a > one", "a/test/a.js"],
      ["b > two", "b/test/a.js"],
    ]);
    expect(joinReports([])).toBeNull();
  });
});
