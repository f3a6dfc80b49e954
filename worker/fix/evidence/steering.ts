import { isTestFile } from "./patch-files";

/** Options whose value is loaded before the tests, or says how they run. */
const PRELOAD =
  /^(?:--import|--require|-r|--loader|--experimental-loader|--file|--config|-c|--setup-?files\w*|--env-file|--test-global-setup|--bootstrap)$/i;
const SEPARATORS = /[\s'"`;&|()]+/;
const KEY =
  /(?:setupFiles\w*|globalSetup|globalTeardown|require|import|file|preset|transform|runner|testRunner|testEnvironment|resolver|reporters?|snapshotSerializers|bootstrap)["']?\s*[:=][ \t]*(\[[^\]]*\]|\{[^}]*\}|["'][^"'\n]+["']|(?:\n\s*-\s*\S+)+|[^\s,]+)/g;
/** How a configuration says "from here". */
const HERE = /^(?:<rootDir>\/|\.\/)+/;
const LIMIT = 200;

/**
 * Files that the base's scripts and its runners' configuration name, and that decide how tests are run: preloads, and programs that
 * start the tests. Tests that a script names are none.
 */
export function steeringFiles(
  scripts: readonly string[],
  configurations: readonly string[],
): string[] {
  const found = new Set<string>();
  for (const script of scripts) {
    const words = script.split(SEPARATORS).flatMap((word) => {
      const [, option, value] = /^(--?[\w-]+)=(.+)$/.exec(word) ?? [];
      return option ? [option, value!] : [word];
    });
    for (const [index, word] of words.entries())
      if (isPath(word) && (PRELOAD.test(words[index - 1] ?? "") || !isTestFile(word)))
        found.add(word.replace(HERE, ""));
  }
  for (const text of configurations)
    for (const [, value] of text.matchAll(KEY))
      for (const word of value!.split(/[\s'"`,[\]{}]+/))
        if (isPath(word)) found.add(word.replace(HERE, ""));
  return [...found].slice(0, LIMIT);
}

function isPath(word: string): boolean {
  return /^[\w./@<>-]*[\w@-]\.\w+$/.test(word);
}
