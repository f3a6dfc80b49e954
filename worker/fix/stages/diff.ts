import type { ChangedFile } from "../../domain/evidence";

/** Git's diff of the index against a commit: the same words, whoever runs it. */
export const DIFF =
  "git -c core.quotepath=off diff --cached --no-renames --no-ext-diff --no-textconv --no-color";

/** What one file of a unified diff adds and removes. */
export type FileDiff = { file: ChangedFile; added: string[]; removed: string[]; binary: boolean };

/**
 * Sorts the lines of git's unified diff by file. `files` come in the diff's own order, as `git diff --raw` tells them: so no path
 * has to be read from the diff, where it may be quoted.
 */
export function readDiff(files: readonly ChangedFile[], patch: string): FileDiff[] {
  const sections = patch.split(/^diff --git .*$/m).slice(1);
  return files.map((file, index) => {
    const added: string[] = [];
    const removed: string[] = [];
    const section = sections[index] ?? "";
    let inHunk = false;
    for (const line of section.split("\n")) {
      if (line.startsWith("@@")) inHunk = true;
      else if (inHunk && line.startsWith("+")) added.push(line.slice(1));
      else if (inHunk && line.startsWith("-")) removed.push(line.slice(1));
    }
    return { file, added, removed, binary: /^GIT binary patch$/m.test(section) };
  });
}
