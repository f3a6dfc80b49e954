import { isTestFile } from "../../evidence/patch-files";

/** How a repository writes its tests: where they lie, how they are named, and what they are written with. */
export type TestStyle = { runner: "node" | "vitest"; folder: string; ending: string };

const LOOKED_AT = 8;
const ENDING = /([._-](?:test|spec)\.(?:mjs|jsx?|mts|tsx?))$/;

/** Looks at the repository's tests, those named like the source file first. Null when there is none of a kind that we know. */
export async function findTestStyle(
  source: string,
  files: string[],
  readFile: (path: string) => Promise<string | null>,
): Promise<TestStyle | null> {
  const stem = stemOf(source);
  const tests = files
    .filter((path) => isTestFile(path) && ENDING.test(path))
    .toSorted((a, b) => Number(stemOf(b) === stem) - Number(stemOf(a) === stem));
  for (const path of tests.slice(0, LOOKED_AT)) {
    const text = (await readFile(path)) ?? "";
    const runner = /from\s+["']node:test["']/.test(text)
      ? "node"
      : /from\s+["']vitest["']/.test(text)
        ? "vitest"
        : null;
    if (!runner) continue;
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    return { runner, folder, ending: ENDING.exec(path)![1]! };
  }
  return null;
}

/** `src/shipping.js` and `test/shipping.test.js` → `shipping`. */
export function stemOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).split(".")[0]!;
}

/** The path of one file as another one imports it. */
export function importPath(fromFolder: string, to: string): string {
  const from = fromFolder.split("/").filter(Boolean);
  const target = to.split("/");
  let shared = 0;
  while (shared < from.length && shared < target.length - 1 && from[shared] === target[shared])
    shared += 1;
  const up = from.slice(shared).map(() => "..");
  return [...(up.length > 0 ? up : ["."]), ...target.slice(shared)].join("/");
}

/** A relative import as a path of the repository; null when it leads outside. */
export function resolveImport(fromFile: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  const parts = fromFile.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.length === 0) return null;
      parts.pop();
    } else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
