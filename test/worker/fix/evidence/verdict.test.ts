import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TestCase, TestFailure } from "../../../../worker/fix/evidence/test-report";
import { judge, type JudgeInput, type SuiteRun } from "../../../../worker/fix/evidence/verdict";

const CRASH = { type: "TypeError", message: "Cannot read properties of undefined (reading 'a')" };
const ASSERTION: TestFailure = { kind: "assertion", type: "AssertionError", message: "1 !== 2" };
const OWN: TestFailure = { kind: "error", type: "TypeError", message: CRASH.message };

function test(name: string, status: TestCase["status"], failure?: TestFailure): TestCase {
  return { name, file: null, status, failure: status === "failed" ? (failure ?? ASSERTION) : null };
}

function run(...tests: TestCase[]): SuiteRun {
  const exitCode = tests.some((one) => one.status === "failed") ? 1 : 0;
  return { exitCode, timedOut: false, report: { format: "tap", tests } };
}

const OLD = test("old", "passed");
const BROKEN = test("broken for years", "failed");

function input(failure: TestFailure = ASSERTION, changes: Partial<JudgeInput> = {}): JudgeInput {
  const before = run(OLD, BROKEN, test("new", "failed", failure));
  const after = run(OLD, BROKEN, test("new", "passed"));
  return {
    baseline: run(OLD, BROKEN),
    before: [before, before],
    after: [after, after],
    testFiles: ["test/new.test.js"],
    configuration: [],
    crash: CRASH,
    ...changes,
  };
}

describe("the verdict", () => {
  it("is proven when a test of the patch fails twice without it and passes twice with it", () => {
    expect(judge(input())).toMatchObject({
      verdict: "proven",
      preexisting: ["broken for years"],
      newlyFailing: [],
      rows: [{ name: "new", before: ["failed", "failed"], after: ["passed", "passed"] }],
    });
    expect(judge(input(OWN)).verdict).toBe("proven");
  });

  it.each([
    ["an import", { kind: "import", type: "Error", message: "Cannot find module" }],
    ["a syntax error", { kind: "syntax", type: "SyntaxError", message: "Unexpected token" }],
    ["a time limit", { kind: "timeout", type: null, message: "timed out" }],
    ["another error", { kind: "error", type: "RangeError", message: "x" }],
    [
      "a function that is not there",
      { kind: "error", type: "TypeError", message: "x is not a function" },
    ],
    ["a file that could not be loaded", { kind: "error", type: null, message: "test failed" }],
  ] as [string, TestFailure][])("is none when it fails by %s", (_name, failure) => {
    const judged = judge(input(failure));
    expect(judged.verdict).toBe("none");
    expect(judged.because).toContain("not for the right reason");
  });

  it("is none when the failing test stands in a file that the patch does not touch", () => {
    const failing = { ...test("new", "failed"), file: "/home/user/repo/test/other.test.js" };
    const before = run(OLD, failing);
    expect(judge(input(ASSERTION, { before: [before, before] })).verdict).toBe("none");
    const own = { ...failing, file: "/home/user/repo/test/new.test.js" };
    const rightly = run(OLD, own);
    expect(judge(input(ASSERTION, { before: [rightly, rightly] })).verdict).toBe("proven");
  });

  it("is flaky when two runs of one thing differ", () => {
    const { before, after } = input();
    const passes = run(OLD, BROKEN, test("new", "passed"));
    expect(judge(input(ASSERTION, { before: [before[0]!, passes] })).verdict).toBe("flaky");
    expect(judge(input(ASSERTION, { after: [after[0]!, before[0]!] })).verdict).toBe("flaky");
  });

  it("is none without tests, without a command, and where the patch touches how tests are run", () => {
    const why = (changes: Partial<JudgeInput>) => judge(input(ASSERTION, changes));
    expect(why({ testFiles: [] })).toMatchObject({
      verdict: "none",
      because: "The change brings no test in a file of its own.",
    });
    expect(why({ baseline: null, before: [], after: [] }).verdict).toBe("none");
    expect(why({ configuration: ["package.json"] }).because).toContain("package.json");
    const slow = { exitCode: 124, timedOut: true, report: null };
    expect(why({ after: [slow, slow] }).because).toContain("in time");
  });

  it("is weak by exit code alone, and none when the base was red already", () => {
    const bare = (exitCode: number): SuiteRun => ({ exitCode, timedOut: false, report: null });
    const runs = { before: [bare(1), bare(1)], after: [bare(0), bare(0)] };
    expect(judge(input(ASSERTION, { baseline: bare(0), ...runs })).verdict).toBe("weak");
    expect(judge(input(ASSERTION, { baseline: bare(1), ...runs })).verdict).toBe("none");
    const never = { before: [bare(0), bare(0)], after: [bare(0), bare(0)] };
    expect(judge(input(ASSERTION, { baseline: bare(0), ...never })).verdict).toBe("none");
  });

  it("is none where a test that passed is skipped or gone with the change, however well the rest is proven", () => {
    const proven = test("new", "passed");
    for (const rest of [[], [test("old", "skipped")]]) {
      const after = run(...rest, BROKEN, proven);
      const judged = judge(input(ASSERTION, { after: [after, after] }));
      expect(judged).toMatchObject({ verdict: "none", newlyFailing: [] });
      expect(judged.because).toBe("“old” passed at the base and is not run with the change.");
    }
  });

  it("knows a test again that a second file gives a longer name", () => {
    const [before, after] = (["failed", "passed"] as const).map((status) =>
      run(
        test("a > old", "passed"),
        test("a > broken for years", "failed"),
        test("b > new", status),
      ),
    );
    const judged = judge(input(ASSERTION, { before: [before!, before!], after: [after!, after!] }));
    expect(judged).toMatchObject({ verdict: "proven", newlyFailing: [] });
    expect(judged.rows.map(({ name }) => name)).toEqual(["b > new"]);
  });

  it("is none, with that reason, where the runner itself is not there", () => {
    const bare: SuiteRun = { exitCode: 127, timedOut: false, report: null };
    const runs = { baseline: bare, before: [bare, bare], after: [bare, bare] };
    expect(judge(input(ASSERTION, runs)).because).toContain("not in the sandbox");
  });

  it("holds a bad end of the runner against the change, also where no test fails", () => {
    const green = run(OLD, test("new", "passed"));
    const crashed = { ...green, exitCode: 1 };
    const changes = { baseline: run(OLD), after: [crashed, crashed] };
    expect(judge(input(ASSERTION, changes)).newlyFailing).toEqual(["the test command"]);
  });

  it("names what newly fails, and never what failed before", () => {
    const after = run(test("old", "failed"), BROKEN, test("new", "passed"));
    expect(judge(input(ASSERTION, { after: [after, after] })).newlyFailing).toEqual(["old"]);
    expect(judge(input(ASSERTION, { after: [after, input().after[0]!] })).newlyFailing).toEqual([]);
    const bare = (exitCode: number): SuiteRun => ({ exitCode, timedOut: false, report: null });
    const turned = { baseline: bare(0), before: [bare(0), bare(0)], after: [bare(2), bare(2)] };
    expect(judge(input(ASSERTION, turned)).newlyFailing).toEqual(["the test command"]);
  });

  it("is never proven unless one test failed in all runs before and passed in all runs after", () => {
    const status = fc.constantFrom<TestCase["status"]>("passed", "failed", "skipped");
    const kind = fc.constantFrom<TestFailure["kind"]>("assertion", "import", "error", "timeout");
    const suite = fc
      .array(fc.tuple(fc.constantFrom("a", "b", "c"), status, kind), { maxLength: 4 })
      .map((all) =>
        run(
          ...all.map(([name, how, why]) => test(name, how, { kind: why, type: null, message: "" })),
        ),
      );
    fc.assert(
      fc.property(suite, suite, suite, suite, suite, (baseline, b1, b2, a1, a2) => {
        const judged = judge(input(ASSERTION, { baseline, before: [b1, b2], after: [a1, a2] }));
        const shows = (one: SuiteRun, name: string, how: string) =>
          one.report!.tests.some((each) => each.name === name && each.status === how);
        const proof = ["a", "b", "c"].some(
          (name) =>
            [b1, b2].every((one) => shows(one, name, "failed")) &&
            [a1, a2].every((one) => shows(one, name, "passed") && !shows(one, name, "failed")),
        );
        if (judged.verdict === "proven") expect(proof).toBe(true);
      }),
    );
  });
});
