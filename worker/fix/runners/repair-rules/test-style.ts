import { isTestFile } from "../../evidence/patch-files";
import { resolveImport } from "./modules";

/** How a repository writes its tests: where they lie, how they are named, and what they are written with. */
export type TestStyle = {
  runner: "node" | "vitest" | "jest" | "mocha";
  folder: string;
  ending: string;
  modules: "import" | "require";
  /** `chai` and `expect` speak in sentences; `assert` is Node's. */
  asserts: "assert" | "expect" | "chai";
  /** Whether the runner's functions are there without an import. */
  globals: boolean;
  call: "test" | "it";
  quote: '"' | "'";
  semicolons: boolean;
  indent: string;
  /** What stands at the end of an import of the repository's own files; null: what the file is called. */
  importEnding: string | null;
};

type Repository = { files: readonly string[]; readFile(path: string): Promise<string | null> };

const LOOKED_AT = 8;
const ENDING = /([._-](?:test|spec)\.(?:[cm]?[jt]sx?))$/;

/**
 * Looks at the repository's tests, those that are named like the source file first, then those nearest to it. Null when there is none
 * of a kind that we know.
 */
export async function findTestStyle(
  source: string,
  { files, readFile }: Repository,
): Promise<TestStyle | null> {
  const stem = stemOf(source);
  const tests = files
    .filter((path) => isTestFile(path) && ENDING.test(path))
    .toSorted(
      (a, b) =>
        Number(stemOf(b) === stem) - Number(stemOf(a) === stem) ||
        shared(source, b) - shared(source, a),
    );
  const manifest = await nearestManifest(source, readFile);
  for (const path of tests.slice(0, LOOKED_AT)) {
    const text = (await readFile(path)) ?? "";
    const kind = runnerOf(text, manifest);
    if (!kind) continue;
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    const own = [...text.matchAll(/(?:from\s+|require\()(["'])(\.[^"']*)\1/g)].map(
      (one) => one[2]!,
    );
    const known = new Set(files);
    const specifier = own.find((one) => resolveImport(path, one, known) !== null);
    return {
      ...kind,
      folder,
      ending: ENDING.exec(path)![1]!,
      modules: /^\s*import\s/m.test(text) ? "import" : "require",
      call: /^\s*(?:test)\(/m.test(text) ? "test" : "it",
      quote: count(text, /'/g) > count(text, /"/g) ? "'" : '"',
      semicolons: count(text, /;[ \t]*$/gm) > count(text, /[)'"}][ \t]*$/gm) / 3,
      indent: /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ",
      importEnding: specifier === undefined ? null : (/\.[cm]?[jt]sx?$/.exec(specifier)?.[0] ?? ""),
    };
  }
  return null;
}

function runnerOf(
  text: string,
  manifest: string,
): Pick<TestStyle, "runner" | "asserts" | "globals"> | null {
  const takes = (name: string) => new RegExp(`(?:from\\s+|require\\()["']${name}["']`).test(text);
  const depends = (name: string) => new RegExp(`"${name}"\\s*:`).test(manifest);
  if (takes("node:test")) return { runner: "node", asserts: "assert", globals: false };
  if (takes("vitest")) return { runner: "vitest", asserts: "expect", globals: false };
  if (takes("@jest/globals")) return { runner: "jest", asserts: "expect", globals: false };
  if (!/^\s*(?:it|test|describe)\(/m.test(text) || takes("ava") || takes("tap") || takes("tape"))
    return null;
  if (takes("chai")) return { runner: "mocha", asserts: "chai", globals: true };
  if (takes("(?:node:)?assert(?:/strict)?"))
    return depends("mocha") ? { runner: "mocha", asserts: "assert", globals: true } : null;
  if (!/\bexpect\(/.test(text)) return null;
  if (depends("vitest")) return { runner: "vitest", asserts: "expect", globals: true };
  return depends("jest") || depends("react-scripts")
    ? { runner: "jest", asserts: "expect", globals: true }
    : null;
}

/** The manifests from the source's folder up to the root, in one text: a workspace may have its runner at the root. */
async function nearestManifest(
  source: string,
  readFile: (path: string) => Promise<string | null>,
): Promise<string> {
  const parts = source.split("/").slice(0, -1);
  const texts: string[] = [];
  for (let depth = parts.length; depth >= 0; depth--)
    texts.push((await readFile([...parts.slice(0, depth), "package.json"].join("/"))) ?? "");
  return texts.join("\n");
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** How many folders two paths share. */
function shared(one: string, other: string): number {
  const [a, b] = [one.split("/"), other.split("/")];
  let depth = 0;
  while (depth < a.length - 1 && a[depth] === b[depth]) depth += 1;
  return depth;
}

/** `src/shipping.js` and `test/shipping.test.js` → `shipping`. */
export function stemOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).split(".")[0]!;
}

/** The path of one file as another one imports it. `ending`: what its name ends with there; null: as the file is called. */
export function importPath(fromFolder: string, to: string, ending: string | null): string {
  const from = fromFolder.split("/").filter(Boolean);
  const target = to.split("/");
  let same = 0;
  while (same < from.length && same < target.length - 1 && from[same] === target[same]) same += 1;
  const up = from.slice(same).map(() => "..");
  const path = [...(up.length > 0 ? up : ["."]), ...target.slice(same)].join("/");
  return ending === null ? path : path.replace(/\.[cm]?[jt]sx?$/, ending);
}
