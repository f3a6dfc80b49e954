import { describe, expect, it } from "vitest";
import { isTestConfiguration, isTestFile } from "../../../../worker/fix/evidence/patch-files";
import { testCommandOf } from "../../../../worker/fix/evidence/test-command";

const REPORT = "/w/report";

function commandOf(projectCommand: string | null, files: Record<string, string> = {}) {
  const read = async (path: string) => files[path] ?? null;
  return testCommandOf({ projectCommand, read }, REPORT);
}

const npm = (test: string) => ({ "package.json": JSON.stringify({ scripts: { test } }) });

describe("the test command", () => {
  it.each([
    ["node --test", "npm test", null],
    ["vitest run", `npm test -- --reporter=junit --outputFile=${REPORT}`, REPORT],
    ["jest", `npm test -- --json --outputFile=${REPORT}`, REPORT],
    ["lint && vitest run", "npm test", null],
    ["tap", "npm test", null],
  ])("of package.json asks the runner for a report: %s", async (script, command, reportFile) => {
    expect(await commandOf(null, npm(script))).toMatchObject({ command, reportFile, script });
  });

  it("asks node:test by environment, where no one else has chosen a reporter", async () => {
    const asked = (script: string) => commandOf(null, npm(script)).then((test) => test?.env);
    expect(await asked("node --test")).toEqual({ CI: "1", NODE_OPTIONS: "--test-reporter=tap" });
    expect(await asked("node --test --test-reporter=dot")).toEqual({ CI: "1" });
  });

  it("is the project's own, whatever the repository says, and null where nobody says any", async () => {
    expect(await commandOf("true", npm("node --test"))).toMatchObject({
      command: "true",
      env: { CI: "1" },
    });
    expect(await commandOf("pytest -q")).toMatchObject({
      command: `pytest -q --junitxml=${REPORT}`,
    });
    expect(await commandOf(null, { "go.mod": "module a" })).toMatchObject({
      command: "go test ./... -json",
    });
    expect(await commandOf(null)).toBeNull();
    expect(await commandOf(null, npm('echo "Error: no test specified" && exit 1'))).toBeNull();
    expect(await commandOf(null, { "package.json": "{" })).toBeNull();
  });
});

describe("the files of a patch", () => {
  it.each([
    "test/a.js",
    "src/a.test.ts",
    "tests/test_a.py",
    "a/b_test.go",
    "src/test/java/ATest.java",
    "spec/a_spec.rb",
  ])("%s is a test", (path) => expect(isTestFile(path)).toBe(true));

  it.each(["src/testing.js", "src/latest.js", "contest.py", "src/protest/a.js"])(
    "%s is none",
    (path) => expect(isTestFile(path)).toBe(false),
  );

  it("decide how tests are run: manifests, configuration, preloads, and what the command names", () => {
    for (const path of [
      "package.json",
      "vitest.config.ts",
      "tests/conftest.py",
      "test/setup.js",
      "jest.setup.ts",
      ".mocharc.json",
    ])
      expect(isTestConfiguration(path, ""), path).toBe(true);
    expect(isTestConfiguration("test/hook.mjs", "node --import ./test/hook.mjs --test")).toBe(true);
    for (const path of ["src/a.js", "test/a.test.js", "test/hook.mjs"])
      expect(isTestConfiguration(path, "node --test"), path).toBe(false);
  });
});
