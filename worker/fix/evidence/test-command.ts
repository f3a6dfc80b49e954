import { z } from "zod";

/** How the repository's tests are run and where their report lies: decided once, at the base, and never by the change. */
export type TestCommand = {
  command: string;
  env: Record<string, string>;
  /** A file that the command writes its report to; null when it stands in its output. */
  reportFile: string | null;
  /** The text that the command stands for: `npm test` has its script here. */
  script: string;
};

const Manifest = z.looseObject({
  scripts: z.looseObject({ test: z.string().optional() }).optional(),
});

/** `npm init` writes this where there is no test. */
const NO_TEST = /no test specified/;
const NPM_TEST = /^\s*(npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:test|t)\s*$/;
/** Words after these would not reach the runner. */
const SHELL = /[;&|<>`$()\n]/;

type Base = { projectCommand: string | null; read(path: string): Promise<string | null> };

/** The project's command, or what the base's manifests name; null when there is none. `read` reads from the base. */
export async function testCommandOf(base: Base, reportFile: string): Promise<TestCommand | null> {
  const npmScript = scriptOf(await base.read("package.json"));
  const command = base.projectCommand ?? (await defaultCommand(base, npmScript));
  if (!command) return null;
  const npm = NPM_TEST.exec(command);
  const script = npm && npmScript ? npmScript : command;
  return { script, ...withReport(command, script, npm?.[1] ?? null, reportFile) };
}

async function defaultCommand(base: Base, npmScript: string | null): Promise<string | null> {
  if (npmScript) return "npm test";
  if (await base.read("go.mod")) return "go test ./...";
  for (const file of ["pytest.ini", "conftest.py", "tests/conftest.py"]) {
    if ((await base.read(file)) !== null) return "python3 -m pytest";
  }
  if (/\[tool\.pytest/.test((await base.read("pyproject.toml")) ?? "")) return "python3 -m pytest";
  return (await base.read("Cargo.toml")) ? "cargo test" : null;
}

function scriptOf(text: string | null): string | null {
  if (text === null) return null;
  try {
    const script = Manifest.parse(JSON.parse(text)).scripts?.test;
    return script && !NO_TEST.test(script) ? script : null;
  } catch {
    return null;
  }
}

/** Asks a runner that we know for a report by test; one that we do not know runs as it is, and its output is looked at. */
function withReport(
  command: string,
  script: string,
  npm: string | null,
  file: string,
): Omit<TestCommand, "script"> {
  const plain = { command, env: { CI: "1" }, reportFile: null };
  if (/\bnode\b[^;&|]*\s--test(?:\s|$)/.test(script)) {
    // By environment, since words after the file names would go to the tests. node:test's own processes ignore it.
    if (script.includes("--test-reporter")) return plain;
    return { ...plain, env: { CI: "1", NODE_OPTIONS: "--test-reporter=tap" } };
  }
  if (SHELL.test(script) || SHELL.test(command)) return plain;
  const words = wordsFor(script, file);
  if (!words) return plain;
  const join = npm && npm !== "yarn" ? " -- " : " ";
  return {
    ...plain,
    command: `${command}${join}${words.text}`,
    reportFile: words.toFile ? file : null,
  };
}

function wordsFor(script: string, file: string): { text: string; toFile: boolean } | null {
  if (/(?:^|\s)vitest\b/.test(script))
    return { text: `--reporter=junit --outputFile=${file}`, toFile: true };
  if (/(?:^|\s)jest\b/.test(script)) return { text: `--json --outputFile=${file}`, toFile: true };
  if (/(?:^|\s)mocha\b/.test(script))
    return { text: `--reporter xunit --reporter-option output=${file}`, toFile: true };
  if (/(?:^|\s)(?:pytest|py\.test)\b/.test(script))
    return { text: `--junitxml=${file}`, toFile: true };
  if (/(?:^|\s)phpunit\b/.test(script)) return { text: `--log-junit ${file}`, toFile: true };
  if (/^go test\b/.test(script)) return { text: "-json", toFile: false };
  return null;
}
