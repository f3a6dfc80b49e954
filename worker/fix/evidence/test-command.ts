import type { Base, Part, PlacesOf } from "./base";
import { nodeParts, scriptsOf } from "./node-tests";
import { reporting } from "./reporting";
import { quoted } from "./shell-words";
import { steeringFiles } from "./steering";
import { UNITTEST_PROGRAM } from "./unittest-program";

/**
 * Where results may lie. `folder` is that of the tests, relative to where the command runs; `printed`: among all else that the
 * tests print, where they can write what they like, so it is only read where no runner has written a file.
 */
export type ReportPlace = { path: string; folder: string; printed: boolean };

/** How the repository's tests are run and where their reports lie: decided once, at the base, and never by the change. */
export type TestCommand = {
  /** For people. */
  command: string;
  /** For bash, in the project's folder. It ends badly when one of its parts does. */
  text: string;
  env: Record<string, string>;
  reports: ReportPlace[];
  /** Programs of ours that the text starts, by path. */
  programs: Record<string, string>;
  /** Files that the base's own scripts and configuration name: a change of them has no evidence. */
  steering: string[];
};

const PARTS_LIMIT = 20;
const TEXTS_LIMIT = 30;
const TEXT_LIMIT = 50_000;
const ALL_TESTS = /^\s*(?:npm|pnpm|yarn)\s+(?:run\s+)?(?:test|t)\s*$/;
const CONFIGURATION =
  /(?:^|\/)(?:package\.json|(?:jest|vitest|vite|ava|karma)\.config\.[^/]+|\.mocharc[^/]*|\.taprc|pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml|phpunit\.xml[^/]*)$/;
const PYTHON_TEST = /(?:^|\/)(?:test_[^/]+|[^/]+_test|tests)\.py$/;
const PYTHON_MANIFESTS = [
  "pyproject.toml",
  "setup.py",
  "setup.cfg",
  "pytest.ini",
  "tox.ini",
  "conftest.py",
  "requirements.txt",
];

/**
 * The project's command, or what the base's manifests name; null when there is none. Where the folder has no tests of its own, those
 * of the folders inside it are run in turn. `reports` is the folder for reports, `programs` that for our own programs. A project's
 * command may also write a report (JUnit, TAP or JSON) to the file that `SOULCASTER_REPORT` names.
 */
export async function testCommandOf(
  base: Base,
  reports: string,
  programs: string,
): Promise<TestCommand | null> {
  const own: ReportPlace = { path: `${reports}/own`, folder: "", printed: false };
  const places: ReportPlace[] = [own];
  const placesOf: PlacesOf = (folder) => (printed) => {
    const path = `${reports}/${places.length}`;
    places.push({ path, folder, printed });
    return path;
  };
  const parts = await partsOf(base, placesOf, programs);
  if (parts.length === 0) return null;
  const configurations = base.paths.filter((path) => CONFIGURATION.test(path));
  const texts = await Promise.all(
    configurations.slice(0, TEXTS_LIMIT).map((path) => base.read(path)),
  );
  const unittest = parts.some(({ run }) => run.unittest);
  return {
    command: parts
      .map(({ folder, command }) => (folder ? `${folder}: ${command}` : command))
      .join("; "),
    text: textOf(parts),
    env: { CI: "1", SOULCASTER_REPORT: own.path },
    reports: places,
    programs: unittest ? { [`${programs}/unittest-tap.py`]: UNITTEST_PROGRAM } : {},
    steering: steeringFiles(
      parts.map(({ script }) => script),
      texts.flatMap((text, index) =>
        text === null ? [] : [runnersText(configurations[index]!, text).slice(0, TEXT_LIMIT)],
      ),
    ),
  };
}

async function partsOf(base: Base, places: PlacesOf, programs: string): Promise<Part[]> {
  const { projectCommand: command } = base;
  if (command !== null && !ALL_TESTS.test(command)) {
    const run = reporting(command, await scriptsOf(base), places(""), programs);
    return [{ folder: "", command, script: command, run }];
  }
  if (command !== null) return nodeParts(base, "", places, programs);
  const here = await folderParts(base, "", places, programs);
  if (here.length > 0) return here;
  const inside: Part[] = [];
  for (const folder of manifestFolders(base.paths)) {
    if (inside.length >= PARTS_LIMIT) break;
    if (inside.some((part) => folder.startsWith(`${part.folder}/`))) continue;
    inside.push(...(await folderParts(base, folder, places, programs)));
  }
  return inside;
}

const MANIFEST =
  /^((?:[^/]+\/){1,2})(?:package\.json|pyproject\.toml|setup\.py|requirements\.txt|go\.mod|Cargo\.toml|composer\.json|pom\.xml)$/;
const NOT_OURS =
  /(?:^|\/)(?:node_modules|vendor|examples?|fixtures?|testdata|templates?|\.[^/]*)(?:\/|$)/;

/** Folders one or two steps down that have a manifest of their own, the outer ones first. */
function manifestFolders(paths: readonly string[]): string[] {
  const folders = paths.flatMap((path) => MANIFEST.exec(path)?.[1]?.slice(0, -1) ?? []);
  const ours = [...new Set(folders)].filter((folder) => !NOT_OURS.test(folder));
  const depth = (folder: string) => folder.split("/").length;
  return ours.toSorted((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}

/** The tests of one folder, by each of the languages that have a manifest there. */
async function folderParts(
  base: Base,
  folder: string,
  places: PlacesOf,
  programs: string,
): Promise<Part[]> {
  const at = (name: string) => (folder ? `${folder}/${name}` : name);
  const has = (name: string) => base.paths.includes(at(name));
  const inside = (pattern: RegExp) =>
    base.paths.some(
      (path) => (folder === "" || path.startsWith(`${folder}/`)) && pattern.test(path),
    );
  const parts = has("package.json") ? await nodeParts(base, folder, places, programs) : [];
  const commands: string[] = [];
  if (has("go.mod") || has("go.work")) commands.push("go test ./...");
  if (has("Cargo.toml")) commands.push("cargo test");
  if (has("pom.xml")) commands.push(`${has("mvnw") ? "./mvnw" : "mvn"} -B -o -fae test`);
  if (has("build.gradle") || has("build.gradle.kts"))
    commands.push(`${has("gradlew") ? "./gradlew" : "gradle"} --offline test --continue`);
  if (inside(/(?:^|\/)phpunit\.xml[^/]*$/) || (has("composer.json") && inside(/Test\.php$/)))
    commands.push("phpunit");
  const alone = parts.length + commands.length === 0;
  if (inside(PYTHON_TEST) && (alone || PYTHON_MANIFESTS.some(has)))
    commands.push(await pythonCommand(base, has));
  const makefile = alone && commands.length === 0 ? await base.read(at("Makefile")) : null;
  if (makefile && /^(?:test)\s*:/m.test(makefile)) commands.push("make test");
  for (const command of commands) {
    const run = reporting(command, {}, places(folder), programs);
    parts.push({ folder, command, script: command, run });
  }
  return parts;
}

async function pythonCommand(base: Base, has: (name: string) => boolean): Promise<string> {
  const pytest = await base.hasPytest();
  if (has("manage.py") && !(pytest && (has("pytest.ini") || has("conftest.py"))))
    return "python3 manage.py test";
  return pytest ? "python3 -m pytest" : "python3 -m unittest discover";
}

/** Of a package.json only what configures a runner: the rest names files of the program. */
function runnersText(path: string, text: string): string {
  if (!path.endsWith("package.json")) return text;
  try {
    const { jest, mocha, ava, vitest, tap, nyc, c8 } = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify({ jest, mocha, ava, vitest, tap, nyc, c8 });
  } catch {
    return "";
  }
}

/** One part runs as it is. Of several each runs in its folder, whatever becomes of the others. */
function textOf(parts: Part[]): string {
  const [only] = parts;
  if (parts.length === 1 && only!.folder === "") return only!.run.command;
  const runs = parts.map(
    ({ folder, run }) => `(cd ${quoted(folder || ".")} || exit 1\n${run.command}\n) || bad=1`,
  );
  return `bad=0\n${runs.join("\n")}\nexit $bad`;
}
