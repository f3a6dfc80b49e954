import type { Word } from "./shell-words";

/**
 * A test runner that can be asked for a report by test. `words` go behind its name; `output`: the report is what it prints;
 * `env` stands before the command; `around` replaces the whole command.
 */
export type TestRunner = {
  words?: (report: string) => string;
  env?: (report: string) => string;
  output?: boolean;
  around?: (command: string, report: string) => string;
};

const JEST: TestRunner = { words: (report) => `--json --outputFile=${report}` };
const PHPUNIT: TestRunner = { words: (report) => `--log-junit ${report}` };
/** By environment, whatever starts it; `xunit1` names the file of each test. */
export const PYTEST: TestRunner = {
  env: (report) => `PYTEST_ADDOPTS='--junitxml=${report} -o junit_family=xunit1'`,
};

const RUNNERS: Record<string, TestRunner> = {
  jest: JEST,
  vitest: { words: (report) => `--reporter=junit --outputFile=${report}` },
  mocha: { words: (report) => `--reporter xunit --reporter-option output=${report}` },
  _mocha: { words: (report) => `--reporter xunit --reporter-option output=${report}` },
  ava: { words: () => "--tap", output: true },
  tap: { words: () => "--reporter=tap", output: true },
  tape: { output: true },
  pytest: PYTEST,
  "py.test": PYTEST,
  phpunit: PHPUNIT,
};

const NODE_TEST: TestRunner = {
  words: (report) => `--test-reporter=tap --test-reporter-destination=${report}`,
};
/** Somebody has chosen a reporter already: a second one is only taken if every one has a destination. */
const NODE_TEST_AS_IT_IS: TestRunner = { output: true };
const GO: TestRunner = { words: () => "-json", output: true };
const CARGO: TestRunner = {
  words: () => "--no-fail-fast",
  around: (command) => `${command} 2>&1`,
  output: true,
};
const MAVEN = fileReports("*/target/surefire-reports/TEST-*.xml");
const GRADLE = fileReports("*/build/test-results/*.xml");

function fileReports(pattern: string): TestRunner {
  const found = `find . -path '${pattern}'`;
  return {
    around: (command, report) =>
      `(${found} -delete; ${command}; code=$?; ${found} -exec cat {} + > ${report}; exit $code)`,
  };
}

/** Programs that start the runner which is named behind them. */
const WRAPPERS =
  /^(?:cross-env|cross-env-shell|env|npx|pnpx|pnpm|yarn|npm|exec|run|c8|nyc|dotenv|node|tsx|ts-node|poetry|uv|pipenv|hatch|pdm|php|coverage)$/;
const JEST_WRAPPERS = /^(?:react-scripts|react-app-rewired|craco|tsdx|wp-scripts)$/;
const PYTHON = /^python(?:\d(?:\.\d+)?)?$/;

/** The runner that a command starts, and the place of the word behind which its own words go. Null for a command that is none. */
export function runnerOf(
  words: readonly Word[],
): { runner: TestRunner; at: number; unittest: boolean } | null {
  const texts = words.map(({ text }) => text.replace(/^["']|["']$/g, ""));
  let wrapped = false;
  for (const [at, text] of texts.entries()) {
    if (/^\w+=/.test(text) || text.startsWith("-")) continue;
    const name = text.slice(text.lastIndexOf("/") + 1).replace(/\.[cm]?js$/, "");
    const next = texts[at + 1];
    const found = (runner: TestRunner, place = at, unittest = false) => ({
      runner,
      at: place,
      unittest,
    });
    if (/^(?:node|tsx|ts-node)$/.test(name) && texts.slice(at).includes("--test")) {
      const chosen = texts.some((word) => word.startsWith("--test-reporter"));
      return found(chosen ? NODE_TEST_AS_IT_IS : NODE_TEST);
    }
    if (PYTHON.test(name) && next === "-m" && texts[at + 2] === "pytest")
      return found(PYTEST, at + 2);
    if (PYTHON.test(name) && next === "-m" && texts[at + 2] === "unittest")
      return found({}, at + 2, true);
    if (name === "go" && next === "test") return found(GO, at + 1);
    if (name === "cargo" && texts.slice(at, at + 3).includes("test"))
      return found(CARGO, texts.indexOf("test", at));
    if (/^mvnw?$/.test(name)) return found(MAVEN);
    if (/^gradlew?$/.test(name)) return found(GRADLE);
    if (JEST_WRAPPERS.test(name) && next?.startsWith("test")) return found(JEST, at + 1);
    if (Object.hasOwn(RUNNERS, name)) return found(RUNNERS[name]!);
    if (WRAPPERS.test(name)) wrapped = true;
    else if (!wrapped) return null;
  }
  return null;
}
