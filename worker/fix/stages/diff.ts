import type { ChangedFile } from "../../domain/evidence";

/** Git's diff of the index against a commit: the same words, whoever runs it. */
export const DIFF =
  "git -c core.quotepath=off diff --cached --no-renames --no-ext-diff --no-textconv --no-color";

/** What one file of a unified diff adds and removes. */
export type FileDiff = { file: ChangedFile; added: string[]; removed: string[]; binary: boolean };

const HEAD = "diff --git ";

/**
 * Sorts the lines of git's unified diff by file. `files` come in the diff's own order, as `git diff --raw` tells them: so no path
 * has to be read from the diff, where it may be quoted. Null when the diff has another number of files. A line ends with a line
 * feed and with nothing else, whatever a file holds: in a hunk each begins with a sign, so no content is taken for a heading.
 */
export function readDiff(files: readonly ChangedFile[], patch: string): FileDiff[] | null {
  const sections: FileDiff[] = [];
  let inHunk = false;
  let count = 0;
  for (const line of patch.split("\n")) {
    if (line.startsWith(HEAD)) {
      const file = files[count++];
      inHunk = false;
      if (file) sections.push({ file, added: [], removed: [], binary: false });
      continue;
    }
    const section = sections.at(-1);
    if (!section) continue;
    if (line.startsWith("@@")) inHunk = true;
    else if (inHunk && line.startsWith("+")) section.added.push(line.slice(1));
    else if (inHunk && line.startsWith("-")) section.removed.push(line.slice(1));
    else if (!inHunk && /^(?:GIT binary patch|Binary files .* differ)$/.test(line))
      section.binary = true;
  }
  return count === files.length ? sections : null;
}
