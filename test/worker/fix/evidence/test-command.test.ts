import { describe, expect, it } from "vitest";
import { isTestConfiguration, isTestFile } from "../../../../worker/fix/evidence/patch-files";
import { testCommandOf } from "../../../../worker/fix/evidence/test-command";

type Files = Record<string, string>;

function commandOf(files: Files, projectCommand: string | null = null, pytest = true) {
  return testCommandOf(
    {
      projectCommand,
      paths: Object.keys(files),
      read: async (path) => files[path] ?? null,
      hasPytest: async () => pytest,
    },
    "/r",
    "/p",
  );
}

const textOf = async (...args: Parameters<typeof commandOf>) => (await commandOf(...args))?.text;
const npm = (test: string, more: Files = {}, fields: object = {}) => ({
  "package.json": JSON.stringify({ scripts: { test, ...more }, ...fields }),
});
/** What a line is run as, without the search path in front of it. */
const ran = async (files: Files, command: string | null = null) =>
  (await textOf(files, command))?.split("\n").slice(1).join("\n");

describe("the test command of a package.json", () => {
  it.each([
    ["node --test", "NODE_OPTIONS='--test-reporter=tap --test-reporter-destination=/r/1' npm test"],
    ["vitest run", "npm test -- --reporter=junit --outputFile=/r/1"],
    ["jest", "npm test -- --json --outputFile=/r/1"],
    ["cross-env NODE_ENV=test jest --coverage", "npm test -- --json --outputFile=/r/1"],
    ["react-scripts test", "npm test -- --json --outputFile=/r/1"],
    ["c8 mocha", "npm test -- --reporter xunit --reporter-option output=/r/1"],
    ["ava", "npm test -- --tap | tee /r/1"],
    ["tap --disable-coverage", "npm test -- --reporter=tap | tee /r/1"],
    ["tape 'test/*.js'", "npm test | tee /r/1"],
    ["npx vitest", "npm test -- --reporter=junit --outputFile=/r/1"],
  ])("is npm's own, with more words for the runner: %s", async (script, text) => {
    expect(await textOf(npm(script))).toBe(text);
  });

  it.each([
    ["eslint . && jest", "eslint . && jest --json --outputFile=/r/1"],
    ["jest && eslint .", "jest --json --outputFile=/r/1 && eslint ."],
    ["tape test/*.js | tap-spec", "tape test/*.js | tee /r/1 | tap-spec"],
    [
      "NODE_OPTIONS=--no-warnings node --test",
      "NODE_OPTIONS=--no-warnings node --test-reporter=tap --test-reporter-destination=/r/1 --test",
    ],
    [
      "tsc; ./node_modules/.bin/mocha -r x",
      "tsc ; ./node_modules/.bin/mocha --reporter xunit --reporter-option output=/r/1 -r x",
    ],
    [
      "node --import tsx --test 'a;b' && true",
      "node --test-reporter=tap --test-reporter-destination=/r/1 --import tsx --test 'a;b' && true",
    ],
  ])("of several programs asks each runner by itself: %s", async (script, text) => {
    expect(await ran(npm(script))).toBe(`(${text})`);
  });

  it("goes through the scripts that a script calls, with those before and after them", async () => {
    const scripts = {
      pretest: "tsc",
      unit: "vitest run",
      preunit: "node build",
      e2e: "playwright test",
    };
    expect(await ran(npm("npm run unit && npm run e2e -- --headed", scripts))).toBe(
      "(tsc && (node build && vitest --reporter=junit --outputFile=/r/1 run) && (playwright test --headed))",
    );
    expect(await textOf(npm("npm run unit", { unit: "jest" }))).toBe(
      "npm run unit -- --json --outputFile=/r/1",
    );
    expect(await textOf(npm("yarn unit", { unit: "jest" }))).toBe(
      "yarn unit --json --outputFile=/r/1",
    );
    expect(await ran(npm("run-s 'test:*'", { "test:a": "jest a", "test:b": "mocha" }))).toBe(
      "((jest --json --outputFile=/r/1 a && mocha --reporter xunit --reporter-option output=/r/2))",
    );
  });

  it("that calls itself comes to an end", async () => {
    expect(await textOf(npm("npm run test"))).toContain("npm test");
    expect(await textOf(npm("npm run a", { a: "npm run test" }))).toContain("npm test");
  });

  it.each(["make all", "karma start", "$(which jest)", "jest `x`", "(cd a; jest)"])(
    "without a runner that we know is left alone, and its output kept: %s",
    async (script) => {
      const command = await commandOf(npm(script));
      expect(command?.text).toMatch(/\(npm test\n\) \| tee \/r\/2$/);
      expect(command?.reports.map(({ printed }) => printed)).toEqual([false, false, true]);
    },
  );

  it("is none where npm init has written it, or the manifest is broken", async () => {
    expect(await commandOf(npm('echo "Error: no test specified" && exit 1'))).toBeNull();
    expect(await commandOf({ "package.json": "{" })).toBeNull();
    expect(await commandOf({})).toBeNull();
  });

  it("hands on to the packages of a workspace, and runs all of them, each in its folder", async () => {
    const files = {
      ...npm("turbo run test", {}, { workspaces: ["packages/*", "!packages/old"] }),
      "packages/a/package.json": npm("jest")["package.json"],
      "packages/b/package.json": npm("node --test")["package.json"],
      "packages/old/package.json": npm("jest")["package.json"],
      "examples/x/package.json": npm("jest")["package.json"],
    };
    const command = await commandOf(files);
    expect(command?.command).toBe("packages/a: npm test; packages/b: npm test");
    expect(command?.text).toContain(
      "(cd packages/a || exit 1\nnpm test -- --json --outputFile=/r/1\n) || bad=1",
    );
    expect(command?.text).toMatch(/exit \$bad$/);
    expect(command?.reports.map(({ folder }) => folder)).toEqual(["", "packages/a", "packages/b"]);
    expect((await commandOf(files, "npm test"))?.command).toBe(command?.command);
    const pnpm = {
      "package.json": "{}",
      "pnpm-workspace.yaml": "packages:\n  - 'libs/**'\n",
      "libs/deep/a/package.json": npm("vitest")["package.json"],
    };
    expect((await commandOf(pnpm))?.command).toBe("libs/deep/a: npm test");
  });
});

describe("the test command of other languages", () => {
  it.each<[string, Files, string]>([
    ["go.mod", { "go.mod": "module a" }, "go test -json ./... | tee /r/1"],
    ["Cargo.toml", { "Cargo.toml": "" }, "cargo test --no-fail-fast 2>&1 | tee /r/1"],
    [
      "pytest",
      { "pyproject.toml": "", "tests/test_a.py": "" },
      "export PYTEST_ADDOPTS='--junitxml=/r/1 -o junit_family=xunit1'; python3 -m pytest",
    ],
    [
      "a test without a manifest",
      { "test_a.py": "" },
      "export PYTEST_ADDOPTS='--junitxml=/r/1 -o junit_family=xunit1'; python3 -m pytest",
    ],
    ["phpunit", { "phpunit.xml": "", "composer.json": "{}" }, "phpunit --log-junit /r/1"],
  ])("is found by %s", async (_name, files, text) => {
    expect(await ran(files)).toBe(text);
  });

  it("is Python's own unittest, by a program of ours, where there is no pytest", async () => {
    const command = await commandOf({ "setup.py": "", "tests/test_a.py": "" }, null, false);
    expect(command?.text).toContain("python3 /p/unittest-tap.py /r/1 discover");
    expect(command?.command).toBe("python3 -m unittest discover");
    expect(Object.keys(command!.programs)).toEqual(["/p/unittest-tap.py"]);
  });

  it("is each language's where the root has more than one, and those of folders where it has none", async () => {
    const both = { ...npm("jest"), "pyproject.toml": "", "tests/test_a.py": "" };
    expect((await commandOf(both))?.command).toBe("npm test; python3 -m pytest");
    const nested = {
      "README.md": "",
      "backend/go.mod": "module a",
      "it's web/package.json": npm("jest")["package.json"],
      "backend/vendor/x/go.mod": "module b",
    };
    const command = await commandOf(nested);
    expect(command?.command).toBe("backend: go test ./...; it's web: npm test");
    expect(command?.text).toContain(`(cd 'it'\\''s web' || exit 1`);
  });

  it("is make's last of all", async () => {
    expect((await commandOf({ Makefile: "all:\n\ntest: all\n\tprove\n" }))?.command).toBe(
      "make test",
    );
    expect(await commandOf({ Makefile: "all:\n" })).toBeNull();
  });
});

describe("the project's own test command", () => {
  it("is taken whatever the repository says, with the words of its runners", async () => {
    expect(await ran(npm("node --test"), "pytest -q")).toBe(
      "export PYTEST_ADDOPTS='--junitxml=/r/1 -o junit_family=xunit1'; pytest -q",
    );
    expect(await ran(npm("jest"), "npx jest --ci")).toBe("npx jest --json --outputFile=/r/1 --ci");
    expect(await textOf(npm("jest"), "npm test")).toBe("npm test -- --json --outputFile=/r/1");
    expect((await commandOf({}, "true"))?.command).toBe("true");
  });

  it("may write a report to the file that SOULCASTER_REPORT names", async () => {
    const command = await commandOf({}, "./check.sh");
    expect(command?.env).toEqual({ CI: "1", SOULCASTER_REPORT: "/r/own" });
    expect(command?.reports[0]).toEqual({ path: "/r/own", folder: "", printed: false });
  });
});

describe("the files of a patch", () => {
  it.each([
    "test/a.js",
    "test.js",
    "src/a.test.ts",
    "tests/test_a.py",
    "shop/tests.py",
    "a/b_test.go",
    "src/test/java/ATest.java",
    "spec/a_spec.rb",
  ])("%s is a test", (path) => expect(isTestFile(path)).toBe(true));

  it.each(["src/testing.js", "src/latest.js", "contest.py", "src/protest/a.js"])(
    "%s is none",
    (path) => expect(isTestFile(path)).toBe(false),
  );

  it.each([
    "package.json",
    "packages/a/package.json",
    "vitest.config.ts",
    "vitest.workspace.ts",
    "jest.config.cjs",
    "tests/conftest.py",
    "pytest.ini",
    "tox.ini",
    "test/setup.js",
    "jest.setup.ts",
    ".mocharc.json",
    "tsconfig.json",
    "tsconfig.test.json",
    "Makefile",
    "go.mod",
    "go.work",
    "Cargo.toml",
    "build.rs",
    "phpunit.xml.dist",
    "pom.xml",
    "__mocks__/fs.js",
    ".yarn/releases/yarn-4.cjs",
    "requirements-dev.txt",
    "sitecustomize.py",
  ])("%s decides how tests are run", (path) => expect(isTestConfiguration(path, [])).toBe(true));

  it.each(["src/a.js", "test/a.test.js", "test/hook.mjs", "src/config.ts"])("%s does not", (path) =>
    expect(isTestConfiguration(path, [])).toBe(false),
  );

  it("decide it where the base's scripts and configuration name them, and tests do not", async () => {
    const steering = async (files: Files) => (await commandOf(files))!.steering;
    expect(await steering(npm("node --import ./test/hook.mjs --test test/a.test.js"))).toEqual([
      "test/hook.mjs",
    ]);
    expect(await steering(npm("node scripts/run-tests.js"))).toEqual(["scripts/run-tests.js"]);
    expect(await steering(npm("mocha --require=./test/env.js test/index.js"))).toEqual([
      "test/env.js",
    ]);
    const configured = {
      ...npm("jest", {}, { main: "src/index.js", jest: { setupFiles: ["<rootDir>/test/env.js"] } }),
      "vitest.config.ts":
        'export default { test: { setupFiles: "./test/hooks.ts" }, build: { entry: "src/main.ts" } };',
      ".mocharc.yml": "spec: test/*.js\nrequire:\n  - ./test/chai.js\n",
      "phpunit.xml": '<phpunit bootstrap="tests/start.php">',
    };
    expect(await steering(configured)).toEqual([
      "test/env.js",
      "test/hooks.ts",
      "test/chai.js",
      "tests/start.php",
    ]);
    expect(isTestConfiguration("packages/a/test/hook.mjs", ["test/hook.mjs"])).toBe(true);
    expect(isTestConfiguration("latest/hook.mjs", ["test/hook.mjs"])).toBe(false);
  });
});
